/**
 * `<sheet-upload>` around a form with a file: drag and drop, progress, and refusals in place.
 * Without this script the form works as any form does.
 */

import { csrfToken, renewSession } from "./api";

class SheetUpload extends HTMLElement {
  private ready = false;

  connectedCallback(): void {
    if (this.ready) return;
    this.ready = true;
    const drop = this.piece("[data-drop]");
    drop.addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.dataset["over"] = "";
    });
    drop.addEventListener("dragleave", () => delete drop.dataset["over"]);
    drop.addEventListener("drop", (event) => this.take(event));
    this.input.addEventListener("change", () => this.name());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
  }

  private piece<T extends HTMLElement>(selector: string): T {
    return this.querySelector<T>(selector)!;
  }

  private get form(): HTMLFormElement {
    return this.piece("form");
  }

  private get input(): HTMLInputElement {
    return this.piece("[data-file]");
  }

  private take(event: DragEvent): void {
    event.preventDefault();
    delete this.piece("[data-drop]").dataset["over"];
    if (!event.dataTransfer?.files.length) return;
    this.input.files = event.dataTransfer.files;
    this.name();
    void this.send();
  }

  private name(): void {
    const file = this.input.files?.[0];
    this.refuse("");
    if (file) this.piece("[data-name]").textContent = file.name;
  }

  private async send(): Promise<void> {
    if (!this.input.files?.length) {
      this.refuse("Choose a file.");
      return;
    }
    this.refuse("");
    this.busy(true);
    let request = await this.post();
    if (request.status === 401 && (await renewSession())) request = await this.post();
    const next = request.getResponseHeader("HX-Redirect");
    if (request.status === 204 && next) {
      location.assign(next);
      return;
    }
    this.busy(false);
    const plain = request.getResponseHeader("Content-Type")?.startsWith("text/plain");
    this.refuse(plain ? request.responseText : this.words(request.status));
  }

  private words(status: number): string {
    if (status === 0) return "The server could not be reached. Check the connection and try again.";
    if (status === 413) return "The file is too large.";
    return "That did not work. Try again.";
  }

  private post(): Promise<XMLHttpRequest> {
    const request = new XMLHttpRequest();
    request.open("POST", this.form.action);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => {
      this.progress(event.loaded, event.total);
    });
    return new Promise((done) => {
      request.addEventListener("loadend", () => done(request));
      request.send(new FormData(this.form));
    });
  }

  private progress(loaded: number, total: number): void {
    const bar = this.piece<HTMLProgressElement>("progress");
    const said = this.piece("[data-said]");
    const percent = total ? Math.floor((100 * loaded) / total) : 0;
    if (percent >= 100) {
      bar.removeAttribute("value");
      said.textContent = "Uploaded. Reading the columns…";
    } else {
      bar.value = percent;
      said.textContent = `${percent} % uploaded`;
    }
  }

  private busy(busy: boolean): void {
    this.piece("[data-progress]").hidden = !busy;
    this.piece<HTMLButtonElement>("[data-send]").disabled = busy;
    if (busy) this.progress(0, 1);
  }

  private refuse(sentence: string): void {
    const problem = this.piece("[data-problem]");
    problem.textContent = sentence;
    problem.hidden = !sentence;
  }
}

customElements.define("sheet-upload", SheetUpload);
