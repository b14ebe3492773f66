import { describe, expect, it } from "vitest";
import { ApiError, csrfToken, renewalOf } from "../../static/src/api";

describe("the CSRF token", () => {
  it("is read from its cookie, wherever it stands", () => {
    expect(csrfToken("theme=dark; csrftoken=abc123; sidebar=open")).toBe("abc123");
    expect(csrfToken("csrftoken=abc123")).toBe("abc123");
  });

  it("is nothing where there is none, nor one of a similar name", () => {
    expect(csrfToken("")).toBe("");
    expect(csrfToken("xcsrftoken=abc123")).toBe("");
  });
});

describe("a refusal", () => {
  it("carries the envelope's message, code and errors", () => {
    const error = new ApiError(409, {
      message: "Not now.",
      code: "not_allowed",
      errors: { refusals: [] },
    });

    expect(error.message).toBe("Not now.");
    expect([error.status, error.code, error.errors]).toEqual([
      409,
      "not_allowed",
      { refusals: [] },
    ]);
  });

  it("has words and a code of its own where the answer is no envelope", () => {
    const error = new ApiError(502, {});

    expect(error.message).toBe("The server answered 502.");
    expect(error.code).toBe("http_502");
  });
});

describe("a renewal of the session", () => {
  it("is over only when the server says no; a server that is away may come back", () => {
    expect(renewalOf(200)).toBe("renewed");
    expect(renewalOf(401)).toBe("refused");
    expect(renewalOf(403)).toBe("refused");
    expect(renewalOf(503)).toBe("unreachable");
    expect(renewalOf(429)).toBe("unreachable");
  });
});
