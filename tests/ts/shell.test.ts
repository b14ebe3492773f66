import { describe, expect, it } from "vitest";
import { iconNames } from "../../static/src/icons";
import { clock } from "../../static/src/timers";

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
