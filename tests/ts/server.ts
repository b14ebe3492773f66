/** A server for the tests of what is sent: remembers requests, answers as told. */
import type { Answer, Request, Send } from "../../static/src/wire";

export class FakeServer {
  readonly requests: Request[] = [];
  /** Answers of the requests to come, in order; afterwards `otherwise`. */
  readonly next: Answer[] = [];
  otherwise: (request: Request) => Answer = () => ({ status: 200, body: {} });

  readonly send: Send = async (request) => {
    this.requests.push(request);
    return this.next.shift() ?? this.otherwise(request);
  };

  paths(): string[] {
    return this.requests.map(({ method, path }) => `${method} ${path}`);
  }

  kinds(): string[][] {
    return this.requests.map(({ body }) =>
      ((body as { events?: { kind: string }[] }).events ?? []).map(({ kind }) => kind),
    );
  }
}

export const DOWN: Answer = { status: 0, body: null };
export const refusal = (status: number, code: string): Answer => ({ status, body: { code } });

/** Lets everything that waits for nothing but its turn happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 200; i += 1) await Promise.resolve();
}
