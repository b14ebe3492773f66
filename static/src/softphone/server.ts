/** The phone's requests to the server, by name. A refusal comes as ApiError, no answer as TypeError. */
import { api, ApiError } from "../api";
import type {
  CallRecord,
  DialPermit,
  Direction,
  NextCall,
  Presence,
  RecentCall,
  SoftphoneConfig,
} from "./messages";

export interface BreakChoice {
  readonly code: string;
  readonly label: string;
  readonly limit_s: number | null;
}

export interface Disposal {
  readonly disposition: string;
  readonly note: string;
  readonly callback_at: string | null;
}

export interface NewCall {
  readonly id: string;
  readonly direction: Direction;
  readonly number: string;
  readonly campaign?: number;
  readonly peer_name?: string;
}

const call = (id: string, what: string): string => `/api/calls/${id}/${what}`;

export const server = {
  config: () => api<SoftphoneConfig>("GET", "/api/softphone/config"),
  presence: () => api<Presence>("GET", "/api/presence/me"),
  breaks: async () =>
    (await api<{ reasons: readonly BreakChoice[] }>("GET", "/api/presence/breaks")).reasons,
  ready: (campaigns: readonly number[]) =>
    api<Presence>("POST", "/api/presence/ready", { campaigns }),
  pauseFor: (reason: string) => api<Presence>("POST", "/api/presence/break", { reason }),
  lead: () => api<Presence>("POST", "/api/presence/lead"),
  offline: () => api<Presence>("POST", "/api/presence/offline"),
  nextCall: () => api<NextCall>("POST", "/api/calls/next"),
  open: async (wanted: NewCall) =>
    (await api<{ call: CallRecord }>("POST", "/api/calls", wanted)).call,
  dial: (id: string) => api<DialPermit>("POST", call(id, "dial")),
  release: (id: string, reason: string) => api<unknown>("POST", call(id, "release"), { reason }),
  dispose: (id: string, disposal: Disposal) =>
    api<unknown>("POST", call(id, "disposition"), disposal),
  call: async (id: string) => (await api<{ call: CallRecord }>("GET", `/api/calls/${id}`)).call,
  recent: async () =>
    (await api<{ calls: readonly RecentCall[] }>("GET", "/api/calls/recent")).calls,
};

export type Server = typeof server;

/** Why a request did not do what was asked, in a sentence for the agent. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof ApiError)) return "The server could not be reached.";
  const refusals = error.errors["refusals"];
  if (!Array.isArray(refusals)) return error.message;
  const messages = refusals.map((one) => String((one as { message?: unknown }).message ?? ""));
  return messages.filter(Boolean).join(" ") || error.message;
}

/** Whether the server answered and said no; otherwise nobody knows what it did. */
export const isRefusal = (error: unknown): error is ApiError => error instanceof ApiError;
