/** What the activity feed knows about its socket, and what it does about each message. Pure. */

export interface Row {
  readonly id: number;
  readonly type: string;
  readonly severity: string;
  readonly message: string;
  readonly details: string;
  readonly actor: string;
  readonly timestamp: string;
}

export interface Health {
  readonly status: string;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail: string }>>;
}

export type Incoming =
  | { readonly type: "connection" }
  | { readonly type: "subscriptions_updated"; readonly head: number }
  | { readonly type: "activity_event"; readonly seq: number; readonly data: Row }
  | { readonly type: "system_health"; readonly data: Health }
  | { readonly type: "metrics_update"; readonly data: Readonly<Record<string, unknown>> }
  | { readonly type: "skipped"; readonly count: number }
  | { readonly type: "ping"; readonly head: number }
  | { readonly type: "reset" };

export interface FeedState {
  /** Every event up to this number is on the page or was passed over by the filters. */
  readonly last: number;
  readonly seen: ReadonlySet<number>;
}

export type Effect =
  | { readonly do: "subscribe"; readonly last: number }
  | { readonly do: "live" }
  | { readonly do: "show"; readonly row: Row }
  | { readonly do: "health"; readonly health: Health }
  | { readonly do: "metrics"; readonly values: Readonly<Record<string, unknown>> }
  | { readonly do: "pong" }
  | { readonly do: "reload" };

export interface Step {
  readonly state: FeedState;
  readonly effects: readonly Effect[];
}

export function receive(state: FeedState, message: Incoming): Step {
  switch (message.type) {
    case "connection":
    case "skipped":
      // What was skipped is asked for again, and rows that came meanwhile are known by their ids.
      return { state, effects: [{ do: "subscribe", last: state.last }] };
    case "subscriptions_updated":
      return { state, effects: [{ do: "live" }] };
    case "activity_event":
      return happened(state, message.seq, message.data);
    case "system_health":
      return { state, effects: [{ do: "health", health: message.data }] };
    case "metrics_update":
      return { state, effects: [{ do: "metrics", values: message.data }] };
    case "ping":
      return { state: advanced(state, message.head), effects: [{ do: "pong" }] };
    case "reset":
      return { state, effects: [{ do: "reload" }] };
    default:
      return { state, effects: [] };
  }
}

function happened(state: FeedState, seq: number, row: Row): Step {
  const next = advanced(state, seq);
  if (state.seen.has(row.id)) return { state: next, effects: [] };
  return {
    state: { ...next, seen: new Set([...next.seen, row.id]) },
    effects: [{ do: "show", row }],
  };
}

function advanced(state: FeedState, seq: number): FeedState {
  return seq > state.last ? { ...state, last: seq } : state;
}

/** The names of the checks that fail, with what they say. */
export function troubles(health: Health): string[] {
  return Object.entries(health.checks)
    .filter(([, check]) => !check.ok)
    .map(([name, check]) => `${name}: ${check.detail}`);
}
