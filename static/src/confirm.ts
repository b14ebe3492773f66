/** `<form data-confirm="Question?">` asks in a dialog before it is sent, by htmx or by the browser. */

export function startConfirming(): void {
  document.addEventListener("submit", ask, { capture: true });
}

function ask(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const question = form.dataset["confirm"];
  const dialog = document.querySelector<HTMLDialogElement>("#confirm-dialog");
  if (!question || !dialog) return;
  if (form.dataset["confirmed"]) {
    delete form.dataset["confirmed"];
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  write(dialog, form, question);
  const { submitter } = event;
  const answered = (): void => {
    if (dialog.returnValue !== "yes") return;
    form.dataset["confirmed"] = "1";
    form.requestSubmit(submitter);
  };
  dialog.returnValue = "";
  dialog.addEventListener("close", answered, { once: true });
  dialog.showModal();
}

function write(dialog: HTMLDialogElement, form: HTMLFormElement, question: string): void {
  const { confirmText, confirmYes, confirmTone } = form.dataset;
  const put = (name: string, words: string): void => {
    const element = dialog.querySelector<HTMLElement>(`[data-confirm-${name}]`);
    if (!element) return;
    element.textContent = words;
    element.hidden = !words;
  };
  put("question", question);
  put("text", confirmText ?? "");
  put("yes", confirmYes ?? "Yes");
  const yes = dialog.querySelector("[data-confirm-yes]");
  yes?.classList.toggle("btn-error", confirmTone === "error");
  yes?.classList.toggle("btn-primary", confirmTone !== "error");
}
