/** What the desktop shows of the lead in hand, beside what the dock shows. */
import type { CallRecord, LeadCard } from "./messages";
import type { State } from "./state";

export interface Fact {
  readonly name: string;
  readonly value: string;
}

export function leadTexts({ call }: State, now: number): Record<string, string> {
  const record = call?.record;
  const lead = record?.lead;
  return {
    email: lead?.email ?? "",
    remarks: lead?.remarks ?? "",
    script: record?.campaign ? scriptFor(record) : "",
    attempts: lead ? attemptsText(lead, now) : "",
    zone: lead?.timezone ?? "",
    job: lead?.job_title ?? "",
    level: lead?.job_level ?? "",
  };
}

/** The lead's own columns of the sheet, those with something in them. */
export function customFacts(lead: LeadCard | null | undefined): Fact[] {
  return Object.entries(lead?.custom ?? {}).flatMap(([name, value]) => {
    const text = textOf(value);
    return text ? [{ name: wordsOf(name), value: text }] : [];
  });
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value).trim();
}

const wordsOf = (name: string): string => {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** A script said of this lead: `{email}` or `{Old vendor}` becomes what the lead has there. */
function scriptFor(record: CallRecord): string {
  const words = wordsFor(record);
  const say = (_: string, name: string): string => words.get(keyOf(name)) || `[${name.trim()}?]`;
  return (record.campaign?.script ?? "").replace(/\{([^{}\n]*[^{}\s][^{}\n]*)\}/g, say);
}

/** What a script may name: the lead's fields, and its own columns by their headers. */
function wordsFor({ lead, number }: CallRecord): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const [name, value] of Object.entries(lead?.custom ?? {})) {
    words.set(keyOf(name), textOf(value));
  }
  const fields = {
    ...lead,
    id: null,
    custom: null,
    phone: number,
    first_name: firstOf(lead?.name ?? ""),
  };
  for (const [name, value] of Object.entries(fields)) {
    const text = textOf(value);
    if (text) words.set(name, text);
  }
  return words;
}

const firstOf = (name: string): string => name.trim().split(/\s+/)[0] ?? "";

/** Names are one whatever their case, and with spaces or with `_`. */
const keyOf = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, "_");

function attemptsText({ attempts, last_called_at: last }: LeadCard, now: number): string {
  const ordinal = `Attempt ${attempts + 1}`;
  return last ? `${ordinal}, last called ${ago(now - Date.parse(last))}` : ordinal;
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** `3 days ago`; `just now` under a minute. */
export function ago(ms: number): string {
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [unit, size] of UNITS) {
    if (ms >= size) return format.format(-Math.floor(ms / size), unit);
  }
  return "just now";
}
