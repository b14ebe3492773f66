/** `<call-offer>`: a call that waits for this person rings while it is on the page. */

import { CADENCES, samples } from "./softphone/tones";

class CallOffer extends HTMLElement {
  private audio: AudioContext | undefined;

  connectedCallback(): void {
    const audio = new AudioContext();
    const round = samples(CADENCES.ring, audio.sampleRate);
    const buffer = audio.createBuffer(1, round.length, audio.sampleRate);
    buffer.copyToChannel(round, 0);
    const source = new AudioBufferSourceNode(audio, { buffer, loop: true });
    source.connect(audio.destination);
    source.start();
    this.audio = audio;
  }

  disconnectedCallback(): void {
    void this.audio?.close();
    this.audio = undefined;
  }
}

customElements.define("call-offer", CallOffer);
