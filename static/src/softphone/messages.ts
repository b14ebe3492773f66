/** The messages that softphone and server exchange, as docs/architecture.md words them. */

export type CallStatus =
  "reserved" | "dialing" | "ringing" | "in_call" | "on_hold" | "ended" | "wrapped_up";

export type Direction = "outbound" | "inbound";

export interface LeadCard {
  readonly id: number;
  readonly name: string;
  readonly company: string;
  readonly job_title: string;
  readonly job_level: string;
  readonly email: string;
  readonly region: string;
  readonly country: string;
  readonly postal_code: string;
  readonly timezone: string;
  /** What the organization's own system calls it. */
  readonly external_id: string | null;
  readonly remarks: string;
  readonly custom: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  readonly last_called_at: string | null;
}

export interface DispositionChoice {
  readonly code: string;
  readonly label: string;
  /** One character that chooses it on the keyboard, or an empty string. */
  readonly key: string;
  readonly finished: boolean;
  readonly success: boolean;
  /** A date and time for calling back belongs to it. */
  readonly callback: boolean;
}

export interface CampaignCard {
  readonly id: number;
  readonly name: string;
  readonly delay_s: number;
  readonly wrap_up_limit_s: number;
  readonly ring_time_s: number;
  /** Of previews: whether the agent may pass a lead by, and what follows when the time (0: none) is over. */
  readonly may_skip: boolean;
  readonly preview_limit_s: number;
  readonly preview_gives_back: boolean;
  readonly script: string;
  readonly dispositions: readonly DispositionChoice[];
}

/** A call as the server tells it. */
export interface CallRecord {
  readonly id: string;
  readonly status: CallStatus;
  readonly outcome: string | null;
  readonly direction: Direction;
  readonly mode: string;
  readonly number: string;
  readonly caller_id: string;
  readonly lead: LeadCard | null;
  readonly campaign: CampaignCard | null;
  readonly upload_token: string;
  readonly reserved_at: string;
  readonly lease_until: string | null;
  readonly peer_name: string;
}

export interface SipAccess {
  readonly ws_url: string;
  readonly uri: string;
  readonly authorization_user: string;
  readonly ha1: string;
  readonly realm: string;
  readonly extension: string;
  readonly ice_servers: readonly RTCIceServer[];
}

export interface SoftphoneConfig {
  readonly mode: "sip" | "practice";
  readonly sip: SipAccess | null;
  readonly recording: { readonly part_ms: number; readonly mime_types: readonly string[] };
  readonly lease_s: number;
  readonly label: string;
}

export type SeatState =
  "offline" | "ready" | "reserved" | "on_call" | "wrap_up" | "break" | "idle" | "lost";

export interface Presence {
  readonly state: SeatState;
  readonly since: string;
  readonly reason: string | null;
  readonly ready_for: readonly number[];
  readonly wrap_up_until: string | null;
  readonly call: string | null;
  /** When the present break reaches its limit. */
  readonly break_until: string | null;
  /** Whether this login's pages hold the phone, rather than another browser's. */
  readonly leading: boolean;
  /** Who has moved the agent into this state and why; null for themselves. */
  readonly moved: string | null;
  readonly now: string;
}

export interface NextCall {
  readonly call: CallRecord | null;
  readonly reason: { readonly code: string; readonly message: string } | null;
  readonly next_at: string | null;
}

export interface DialPermit {
  readonly number: string;
  readonly caller_id: string;
  readonly grant: string;
  readonly grant_expires_at: string;
}

export interface RecentCall {
  readonly id: string;
  readonly number: string;
  readonly name: string;
  readonly at: string;
  readonly direction: Direction;
  readonly outcome: string | null;
}

/** What happens in a call, as reported to the server. */
export type ReportKind =
  | "dialing"
  | "ringing"
  | "answered"
  | "hold"
  | "unhold"
  | "mute"
  | "unmute"
  | "dtmf"
  | "ended"
  | "failed";

export interface ReportData {
  readonly sip_status?: number;
  readonly cause?: string;
  readonly by?: "local" | "remote";
  readonly tone?: string;
}
