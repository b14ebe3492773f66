/** What to do with the answer to a boosted request. Pure: no request, no DOM. */

export interface Answer {
  readonly html: boolean;
  /** The document's main#page: a person's, the public one of the login page, or none. */
  readonly frame: "own" | "public" | "none";
  /** The answer's script is another than this page's: the server has a new build. */
  readonly newBuild: boolean;
}

export interface Here {
  readonly frame: "own" | "public";
  readonly get: boolean;
  readonly inCall: boolean;
}

/** What to do with the answer to a boosted request: take its page, load it, log in, or say so. */
export function planOf(answer: Answer, here: Here): "swap" | "load" | "log-in" | "fail" {
  const otherwise = here.get ? "load" : "fail";
  if (!answer.html || answer.frame === "none") return otherwise;
  if (answer.frame !== here.frame) return here.frame === "own" ? "log-in" : "load";
  return answer.newBuild && here.get && !here.inCall ? "load" : "swap";
}

const PAGE = /<main id="page"( data-public)?/;
const SCRIPT = /<script type="module" src="([^"]+)"/;

export function answerOf(type: string, text: string, script: string): Answer {
  const html = type.startsWith("text/html");
  const page = html ? PAGE.exec(text) : null;
  const built = html ? SCRIPT.exec(text)?.[1] : undefined;
  return {
    html,
    frame: page ? (page[1] ? "public" : "own") : "none",
    newBuild: built !== undefined && built !== script,
  };
}
