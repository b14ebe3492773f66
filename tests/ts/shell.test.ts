import { describe, expect, it } from "vitest";
import { iconNames } from "../../static/src/icons";
import { ago, clock, skew } from "../../static/src/timers";

describe("the icons of templates", () => {
  it("are found in tags and in includes, each once and sorted", () => {
    const templates = ['{% icon "phone" %} {% icon "alarm" size="size-5" %}', 'with icon="phone"'];

    expect(iconNames(templates)).toEqual(["alarm", "phone"]);
  });
});

describe("a timer", () => {
  it("shows hours only when there are any", () => {
    expect(clock(0)).toBe("0:00");
    expect(clock(61_400)).toBe("1:01");
    expect(clock(3_661_000)).toBe("1:01:01");
  });

  it("never runs below zero when clocks differ", () => {
    expect(clock(-5000)).toBe("0:00");
  });
});

describe("how long ago", () => {
  it("is told in words up to a day, and then by the date", () => {
    expect(ago(-5000)).toBe("just now");
    expect(ago(59_999)).toBe("just now");
    expect(ago(120_000)).toBe("2 min ago");
    expect(ago(3_600_000)).toBe("1 h ago");
    expect(ago(86_400_000)).toBeNull();
  });
});

describe("the clock of this computer", () => {
  it("is put right by the server's, which the page brought along", () => {
    expect(skew(1_000_000, 940_000, "navigate")).toBe(60_000);
  });

  it("is left alone where the page may be an old one, or says nothing", () => {
    expect(skew(1_000_000, 940_000, "back_forward")).toBe(0);
    expect(skew(NaN, 940_000, "navigate")).toBe(0);
  });
});
