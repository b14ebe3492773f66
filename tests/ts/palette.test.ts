import { describe, expect, it } from "vitest";

import { inserted, placeholder } from "../../static/src/placeholders";

describe("the palette of placeholders", () => {
  it("writes a placeholder, with its fallback where one is given", () => {
    expect(placeholder("name", " ")).toBe("{{ name }}");
    expect(placeholder("name", "there")).toBe('{{ name | "there" }}');
  });

  it("takes what would break a placeholder out of a fallback", () => {
    expect(placeholder("name", 'the "big" {one}]')).toBe('{{ name | "the big one" }}');
  });

  it("puts it where the selection was, and the cursor behind it", () => {
    expect(inserted("Hello you!", "{{ name }}", 6, 9)).toEqual({
      text: "Hello {{ name }}!",
      caret: 16,
    });
  });
});
