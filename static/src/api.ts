/** Talking to the server: CSRF, the error envelope, and one renewal of the session for all tabs. */

export interface Problem {
  readonly message: string;
  readonly code: string;
  readonly errors: Readonly<Record<string, unknown>>;
}

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  readonly errors: Readonly<Record<string, unknown>>;

  constructor(
    readonly status: number,
    problem: Partial<Problem>,
  ) {
    super(problem.message ?? `The server answered ${status}.`);
    this.code = problem.code ?? `http_${status}`;
    this.errors = problem.errors ?? {};
  }
}

export function csrfToken(cookies: string = document.cookie): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(cookies)?.[1] ?? "";
}

/** The JSON answer; renews the session once when it has expired. Throws ApiError on a refusal. */
export async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response = await send(method, path, body);
  if (response.status === 401 && (await renewSession())) response = await send(method, path, body);
  const answer: unknown = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, answer as Partial<Problem>);
  return answer as T;
}

function send(method: string, path: string, body: unknown): Promise<Response> {
  const form = body instanceof FormData;
  return fetch(path, {
    method,
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      ...(method === "GET" ? {} : { "X-CSRFToken": csrfToken() }),
      ...(body === undefined || form ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
  });
}

let renewing: Promise<boolean> | undefined;

/** Renews the access token; where that fails, asks for the password over the page. */
export function renewSession(): Promise<boolean> {
  renewing ??= renewQuietly()
    .then((renewed) => renewed || askForPassword())
    .finally(() => {
      renewing = undefined;
    });
  return renewing;
}

/** One tab at a time asks; the others find a fresh cookie when their turn comes. */
export async function renewQuietly(): Promise<boolean> {
  return navigator.locks.request("dialer-session", async () => {
    const response = await send("POST", "/api/auth/refresh", undefined).catch(() => undefined);
    return response?.ok ?? false;
  });
}

/** Resolves with true when the person has logged in again. The page stays as it is. */
function askForPassword(): Promise<boolean> {
  const dialog = document.querySelector<HTMLDialogElement>("#login-dialog");
  const form = dialog?.querySelector<HTMLFormElement>("[data-relogin]");
  if (!dialog || !form) return Promise.resolve(false);
  const problem = form.querySelector<HTMLElement>("[data-problem]");
  if (!dialog.open) dialog.showModal();
  return new Promise((done) => {
    const submit = async (event: Event): Promise<void> => {
      event.preventDefault();
      const fields = Object.fromEntries(new FormData(form));
      const response = await send("POST", form.action, fields).catch(() => undefined);
      if (!response?.ok) {
        const answer = (await response?.json().catch(() => ({}))) as Partial<Problem> | undefined;
        if (problem) problem.textContent = answer?.message ?? "The server could not be reached.";
        return;
      }
      const answer = (await response.json()) as { user?: { id?: number } };
      // Somebody else's login: their page is not this one.
      const owner = document.querySelector<HTMLMetaElement>('meta[name="user"]')?.content;
      if (owner && String(answer.user?.id) !== owner) location.assign("/");
      form.removeEventListener("submit", listener);
      form.reset();
      dialog.close();
      done(true);
    };
    const listener = (event: Event): void => void submit(event);
    form.addEventListener("submit", listener);
  });
}
