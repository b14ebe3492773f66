/** Telephone numbers as people type them, and times as people read them. */

/** What is dialed of what was typed: digits, a leading plus, and the keys * and #. Letters count as their keys. */
export function dialable(typed: string): string {
  const keyed = typed.trim().toUpperCase().replace(/[A-Z]/g, keyOf);
  const digits = keyed.replace(/[^0-9*#]/g, "");
  return keyed.startsWith("+") ? `+${digits}` : digits;
}

const LETTERS = ["ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"];

function keyOf(letter: string): string {
  const index = LETTERS.findIndex((letters) => letters.includes(letter));
  return index < 0 ? "" : String(index + 2);
}

/** `+12025550100` as `+1 202 555 0100`; others in threes, from the right, with the plus kept. */
export function shown(number: string): string {
  const north = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  if (north) return `+1 ${north[1]} ${north[2]} ${north[3]}`;
  if (!/^\+\d{7,}$/.test(number)) return number;
  return number.replace(/(\d)(?=(\d{3})+$)/g, "$1 ");
}

/** The time of day in a zone, `14:05`; empty where the zone is unknown. */
export function timeIn(zone: string, now: number): string {
  if (!zone) return "";
  try {
    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hour: "2-digit",
      minute: "2-digit",
      weekday: "short",
    });
    return format.format(now);
  } catch {
    return "";
  }
}

/**
 * The instant of a wall time (`2026-03-08T10:00`) in a zone, as ISO 8601 UTC; null for what is no time. A wall time that
 * a change of clocks leaves out is the one an hour later.
 */
export function instantIn(zone: string, wall: string): string | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wall)) return null;
  const asUtc = Date.parse(`${wall}:00Z`);
  if (Number.isNaN(asUtc)) return null;
  const first = asUtc - offset(zone, asUtc);
  const second = asUtc - offset(zone, first);
  const right = [first, second].find((instant) => wallIn(zone, instant) === wall);
  return new Date(right ?? Math.max(first, second)).toISOString();
}

/** The wall time of an instant in a zone, as an `input` of type datetime-local wants it. */
export function wallIn(zone: string, instant: number): string {
  return new Date(instant + offset(zone, instant)).toISOString().slice(0, 16);
}

/** How far a zone's clocks are ahead of UTC at an instant, in milliseconds. */
function offset(zone: string, instant: number): number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone || "UTC",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const parts = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  return wall - Math.floor(instant / 1000) * 1000;
}
