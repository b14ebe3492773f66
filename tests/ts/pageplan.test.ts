import { describe, expect, it } from "vitest";
import { type Answer, answerOf, type Here, planOf } from "../../static/src/pageplan";

const PAGE: Answer = { html: true, frame: "own", newBuild: false };
const HERE: Here = { frame: "own", get: true, inCall: false };
const SCRIPT = "/static/dist/assets/main-1.js";

const html = (page: string, script = SCRIPT): string =>
  `<head><script type="module" src="${script}" nonce="x"></script></head><body>${page}</body>`;

describe("the answer to a boosted request", () => {
  it("gives its page to this document", () => {
    expect(planOf(PAGE, HERE)).toBe("swap");
    expect(planOf(PAGE, { ...HERE, get: false })).toBe("swap");
  });

  it("asks for the password over the page where it is the login page", () => {
    expect(planOf({ ...PAGE, frame: "public" }, HERE)).toBe("log-in");
    expect(planOf({ ...PAGE, frame: "public" }, { ...HERE, get: false })).toBe("log-in");
  });

  it("is loaded as a document where it brings another frame", () => {
    expect(planOf(PAGE, { ...HERE, frame: "public" })).toBe("load");
  });

  it("is loaded where it is no page at all, such as a file to download", () => {
    expect(planOf({ html: false, frame: "none", newBuild: false }, HERE)).toBe("load");
    expect(planOf({ html: true, frame: "none", newBuild: false }, HERE)).toBe("load");
  });

  it("never sends a form twice: what a form does not answer with a page is a failure", () => {
    const answer: Answer = { html: false, frame: "none", newBuild: false };

    expect(planOf(answer, { ...HERE, get: false })).toBe("fail");
  });

  it("is loaded where the server has a new build, but not during a call or from a form", () => {
    const answer: Answer = { ...PAGE, newBuild: true };

    expect(planOf(answer, HERE)).toBe("load");
    expect(planOf(answer, { ...HERE, inCall: true })).toBe("swap");
    expect(planOf(answer, { ...HERE, get: false })).toBe("swap");
  });
});

describe("reading an answer", () => {
  it("knows a person's page, a public one and one of another program", () => {
    const frame = (page: string): string => answerOf("text/html", html(page), SCRIPT).frame;

    expect(frame('<main id="page" tabindex="-1">')).toBe("own");
    expect(frame('<main id="page" data-public tabindex="-1">')).toBe("public");
    expect(frame('<div id="container">')).toBe("none");
  });

  it("knows a new build by its script", () => {
    const page = '<main id="page">';

    expect(answerOf("text/html; charset=utf-8", html(page), SCRIPT).newBuild).toBe(false);
    expect(answerOf("text/html", html(page, "/main-2.js"), SCRIPT).newBuild).toBe(true);
    expect(answerOf("text/html", page, SCRIPT).newBuild).toBe(false);
  });

  it("does not look for pages in files", () => {
    const answer = answerOf("text/csv", html('<main id="page">', "/main-2.js"), SCRIPT);

    expect(answer).toEqual({ html: false, frame: "none", newBuild: false });
  });
});
