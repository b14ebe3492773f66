/**
 * The practice line's wire: JsSIP's Socket interface over function calls. Both directions are queued, so that neither
 * side runs inside the other's send; by microtask, which a hidden tab does not slow down.
 */
import type { Socket } from "jssip/lib/Socket";

import type { PracticePeer } from "./practice";

export class PracticeSocket implements Socket {
  via_transport = "WS";
  readonly url: string;
  readonly sip_uri: string;
  private open = false;
  // The three are set by JsSIP's transport.
  onconnect: () => void = () => undefined;
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => undefined;
  ondata: <T>(event: T) => void = () => undefined;

  constructor(private readonly peer: PracticePeer) {
    this.url = `ws://${peer.domain}`;
    this.sip_uri = `sip:${peer.domain};transport=ws`;
    peer.deliver = (text) =>
      queueMicrotask(() => {
        if (this.open) this.ondata(text);
      });
  }

  connect(): void {
    queueMicrotask(() => {
      this.open = true;
      this.onconnect();
    });
  }

  disconnect(): void {
    this.open = false;
    this.peer.close();
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    if (!this.open || typeof message !== "string") return false;
    queueMicrotask(() => this.peer.receive(message));
    return true;
  }

  isConnected(): boolean {
    return this.open;
  }

  isConnecting(): boolean {
    return false;
  }

  /** For drills: the line drops, and JsSIP reconnects by itself after 2 s or more. */
  drop(): void {
    this.disconnect();
    this.ondisconnect(true, 1006, "practice");
  }
}
