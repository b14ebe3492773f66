import { describe, expect, it } from "vitest";

import { holds } from "../../../static/src/softphone/bind";
import { customFacts, leadTexts } from "../../../static/src/softphone/leadview";
import type { LeadCard, Presence } from "../../../static/src/softphone/messages";
import { dialable, instantIn, shown, wallIn } from "../../../static/src/softphone/numbers";
import { actionOf, resultOf } from "../../../static/src/softphone/shortcuts";
import { type Info, view } from "../../../static/src/softphone/view";
import { CAMPAIGN, counting, record, registered, talking } from "./cast";

const INFO: Info = {
  standing: "leading",
  config: null,
  presence: null,
  problem: "",
  absent: false,
  microphone: "real",
  outbox: { waiting: 0, parked: 0, reason: "", failing: false, disk: "" },
  elsewhere: false,
  zone: "UTC",
};

const LEAD: LeadCard = {
  id: 1,
  name: "Ada Byron",
  company: "Engines",
  job_title: "Head of Engines",
  job_level: "",
  email: "",
  region: "US-NY",
  country: "US",
  postal_code: "10001",
  timezone: "America/New_York",
  external_id: "crm-7",
  remarks: "",
  custom: { seats: 40, old_vendor: "", notes: null },
  attempts: 2,
  last_called_at: "2026-01-03T15:00:00.000000Z",
};

describe("what is shown", () => {
  it("lets nobody call before the line is registered, nor from a tab that does not lead", () => {
    const { state } = registered();
    const off = { ...state, line: "connecting" as const };

    expect(view(state, INFO, 0).flags).toContain("can-call");
    expect(view(off, INFO, 0).flags).not.toContain("can-call");
    expect(view(state, { ...INFO, standing: "following" }, 0).flags).not.toContain("can-call");
  });

  it("lets nobody work in a window whose phone another login has taken", () => {
    const { state } = registered();
    const seat = { state: "ready", since: "", reason: null, ready_for: [], call: null, now: "" };
    const rest = { wrap_up_until: null, break_until: null, moved: null };
    const presence = { ...seat, ...rest, leading: false } as Presence;

    const { flags } = view(state, { ...INFO, presence }, 0);

    expect(flags).toContain("displaced");
    expect(flags).not.toContain("can-call");
    expect(view(state, { ...INFO, presence: { ...presence, leading: true } }, 0).flags).toContain(
      "can-call",
    );
  });

  it("counts down, and empties the bar", () => {
    const phone = counting();
    const half = view(phone.state, INFO, phone.now + 5000);

    expect(half.texts["countdown"]).toBe("5 s");
    expect(half.values["countdown"]).toBeCloseTo(0.5);
  });

  it("shows how long the talk lasted, and no longer once it is over", () => {
    const phone = talking();
    const answered = phone.now;
    phone.now += 65_000;
    expect(view(phone.state, INFO, phone.now).texts["timer"]).toBe("1:05");
    phone.give({ type: "over", sipStatus: null, cause: "terminated", by: "remote" });
    const later = view(phone.state, INFO, answered + 90_000);

    expect(later.texts["timer"]).toBe("1:05");
    expect(later.texts["result"]).toBe("The other side hung up.");
    expect(later.texts["wrap-up-left"]).toBe("0:35");
  });

  it("lets the result be chosen from the answer on, and not before", () => {
    expect(view(counting().state, INFO, 0).flags).not.toContain("disposing");
    expect(view(talking().state, INFO, 0).flags).toContain("disposing");
  });

  it("says that the practice line is one, and that a tone stands in for the microphone", () => {
    const config = { mode: "practice", sip: null, lease_s: 45, label: "x" } as never;
    const { flags, texts } = view(registered().state, { ...INFO, config, microphone: "tone" }, 0);

    expect(flags).toContain("practice");
    expect(flags).toContain("test-tone");
    expect(texts["line"]).toBe("Practice line");
  });

  it("says what waits to be sent, and what never will be", () => {
    const text = (changes: Partial<Info["outbox"]>) =>
      view(registered().state, { ...INFO, outbox: { ...INFO.outbox, ...changes } }, 0).texts[
        "uploads"
      ];

    expect(text({})).toBe("");
    expect(text({ waiting: 1 })).toBe("Sending 1 part of recordings.");
    expect(text({ waiting: 2, failing: true })).toContain("wait for the server");
    expect(text({ parked: 1, reason: "token_expired" })).toContain("token_expired");
    expect(text({ disk: "QuotaExceededError" })).toContain("keep this page open");
  });
});

describe("the lead's card", () => {
  it("says the script to this lead, and how often it was called", () => {
    const campaign = { ...CAMPAIGN, script: "Hello {first_name} of {company}, {unknown}." };
    const phone = registered().giveAll(
      { type: "start", campaigns: [7] },
      { type: "ready" },
      { type: "claimed", call: record("c", { lead: LEAD, campaign }) },
    );
    const now = Date.parse("2026-01-05T15:00:00Z");

    expect(leadTexts(phone.state, now)).toMatchObject({
      script: "Hello Ada of Engines, [unknown?].",
      attempts: "Attempt 3, last called 2 days ago",
    });
  });

  it.each([
    ["{NAME}, {Job Title} in {region}", "Ada Byron, Head of Engines in US-NY"],
    ["{seats} seats, { Renewal  date }", "40 seats, 1 May"],
    [
      "{email} {Old vendor} {notes} {constructor}",
      "[email?] [Old vendor?] [notes?] [constructor?]",
    ],
    ["{} { } {a\nb} a { b", "{} { } {a\nb} a { b"],
    ["{greeting}", "{name} $& <b>"],
  ])("says the script %j", (script, said) => {
    const custom = { ...LEAD.custom, "Renewal Date": "1 May", greeting: "{name} $& <b>" };
    const call = record("c", {
      lead: { ...LEAD, custom },
      campaign: { ...CAMPAIGN, script },
    });
    const phone = registered().giveAll(
      { type: "start", campaigns: [7] },
      { type: "ready" },
      { type: "claimed", call },
    );

    expect(leadTexts(phone.state, 0).script).toBe(said);
  });

  it("shows the sheet's own columns that have something in them", () => {
    expect(customFacts(LEAD)).toEqual([{ name: "Seats", value: "40" }]);
  });
});

describe("expressions of flags", () => {
  it.each([
    ["a", true],
    ["b", false],
    ["b a", true],
    ["a+b", false],
    ["a+!b", true],
    ["!a b", false],
    ["", false],
  ])("%s", (expression, expected) => {
    expect(holds(expression, new Set(["a"]))).toBe(expected);
  });
});

describe("numbers", () => {
  it.each([
    ["+1 (202) 555-0100", "+12025550100"],
    ["0049 30 123", "004930123"],
    ["1-800-FLOWERS", "18003569377"],
    ["*99#", "*99#"],
    ["  ", ""],
  ])("typed as %s are dialed as %s", (typed, expected) => {
    expect(dialable(typed)).toBe(expected);
  });

  it("are shown in groups", () => {
    expect(shown("+12025550100")).toBe("+1 202 555 0100");
    expect(shown("1002")).toBe("1002");
  });
});

describe("the time of a callback", () => {
  it.each([
    ["America/New_York", "2026-01-06T10:00", "2026-01-06T15:00:00.000Z"],
    ["America/New_York", "2026-07-06T10:00", "2026-07-06T14:00:00.000Z"],
    ["Asia/Kolkata", "2026-01-06T10:00", "2026-01-06T04:30:00.000Z"],
    ["America/New_York", "2026-03-08T02:30", "2026-03-08T07:30:00.000Z"],
    ["America/New_York", "2026-11-01T12:00", "2026-11-01T17:00:00.000Z"],
  ])("in %s at %s is %s", (zone, wall, instant) => {
    expect(instantIn(zone, wall)).toBe(instant);
  });

  it("comes back as it was written", () => {
    const instant = Date.parse(instantIn("Europe/Berlin", "2026-08-01T09:15") ?? "");

    expect(wallIn("Europe/Berlin", instant)).toBe("2026-08-01T09:15");
    expect(instantIn("Europe/Berlin", "")).toBeNull();
  });
});

describe("keys", () => {
  const press = {
    code: "",
    key: "",
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    typing: false,
  };

  it("with Alt act also while typing, plain ones do not", () => {
    expect(actionOf({ ...press, code: "KeyM", key: "µ", altKey: true, typing: true })).toBe("mute");
    expect(actionOf({ ...press, code: "KeyM", key: "m" })).toBeNull();
    expect(actionOf({ ...press, key: "?", shiftKey: true })).toBe("help");
    expect(actionOf({ ...press, key: "?", typing: true })).toBeNull();
    expect(actionOf({ ...press, code: "KeyC", altKey: true, ctrlKey: true })).toBeNull();
  });

  it("choose a result by its own key, else by its place", () => {
    const choices = [
      { code: "lead", key: "1" },
      { code: "busy", key: "B" },
      { code: "other", key: "" },
    ];

    expect(resultOf({ ...press, key: "1" }, choices)).toBe("lead");
    expect(resultOf({ ...press, key: "b" }, choices)).toBe("busy");
    expect(resultOf({ ...press, key: "3" }, choices)).toBe("other");
    expect(resultOf({ ...press, key: "b", typing: true }, choices)).toBeNull();
    expect(resultOf({ ...press, key: "9" }, choices)).toBeNull();
  });
});
