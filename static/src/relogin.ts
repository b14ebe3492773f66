/** The login dialog over a page whose session has ended: the page, and a running call, stay. */

type LogIn = (path: string, fields: Readonly<Record<string, unknown>>) => Promise<Response>;

const BY_CODE = "/api/auth/login/code";

interface Answer {
  readonly code?: string;
  readonly message?: string;
  readonly user?: { readonly id?: number };
}

/**
 * Resolves with true when the person has logged in again, with false when they closed it. `said` is
 * why the session has ended, in the server's words.
 */
export function askForPassword(logIn: LogIn, said: string): Promise<boolean> {
  const dialog = document.querySelector<HTMLDialogElement>("#login-dialog");
  const form = dialog?.querySelector<HTMLFormElement>("form");
  const problem = form?.querySelector<HTMLElement>("[data-problem]");
  if (!dialog || !form || !problem) return Promise.resolve(false);
  const why = dialog.querySelector("[data-said]");
  if (why && said) why.textContent = said;
  const done = new AbortController();
  const submit = async (): Promise<void> => {
    problem.textContent = "";
    const fields = Object.fromEntries(new FormData(form));
    const path = form.dataset["step"] === "code" ? BY_CODE : form.action;
    const response = await logIn(path, fields).catch(() => undefined);
    const answer = (await response?.json().catch(() => ({}))) as Answer | undefined;
    if (response?.ok) welcome(dialog, answer);
    else if (answer?.code === "second_factor_required") showStep(form, "code");
    else {
      if (answer?.code === "pending_ended") showStep(form, "password");
      problem.textContent = answer?.message ?? "The server could not be reached. Try again.";
    }
  };
  const listen = { signal: done.signal };
  form.addEventListener("submit", (event) => (event.preventDefault(), void submit()), listen);
  if (!dialog.open) dialog.showModal();
  showStep(form, "password");
  return new Promise((resolve) => {
    const closed = (): void => {
      done.abort();
      form.reset();
      problem.textContent = "";
      resolve(dialog.returnValue === "in");
    };
    dialog.returnValue = "";
    dialog.addEventListener("close", closed, listen);
  });
}

/** Shows the fields of one step; the other step's are neither asked for nor sent. */
function showStep(form: HTMLFormElement, step: "password" | "code"): void {
  form.dataset["step"] = step;
  for (const part of form.querySelectorAll<HTMLFieldSetElement>("fieldset[data-step]")) {
    part.hidden = part.disabled = part.dataset["step"] !== step;
  }
  const first = step === "code" ? "[name=code]" : "[type=password]";
  form.querySelector<HTMLElement>(first)?.focus();
}

function welcome(dialog: HTMLDialogElement, answer: Answer | undefined): void {
  const owner = document.querySelector<HTMLMetaElement>('meta[name="user"]')?.content;
  // Somebody else's login: their page is not this one.
  if (owner && String(answer?.user?.id) !== owner) location.assign("/");
  document.dispatchEvent(new CustomEvent("session-renewed"));
  dialog.close("in");
}
