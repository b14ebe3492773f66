/** The sounds of a telephone: ringback, busy and ringing, as rules of on and off, and their samples. */

export type Signal = "ringback" | "busy" | "ring";

export interface Cadence {
  readonly frequencies: readonly number[];
  /** Seconds of sound and silence, in turn; then from the beginning. */
  readonly beats: readonly number[];
  readonly gain: number;
  /** How often the whole is played; 0 for until stopped. */
  readonly times: number;
}

export const CADENCES: Readonly<Record<Signal, Cadence>> = {
  ringback: { frequencies: [440, 480], beats: [2, 4], gain: 0.08, times: 0 },
  busy: { frequencies: [480, 620], beats: [0.5, 0.5], gain: 0.08, times: 3 },
  ring: { frequencies: [523.25, 659.25], beats: [0.35, 0.15, 0.35, 2.15], gain: 0.14, times: 0 },
};

/** Seconds over which a beat rises and falls, so that it does not click. */
const RAMP_S = 0.01;

/** One round of a cadence. */
export function samples(cadence: Cadence, rate: number): Float32Array<ArrayBuffer> {
  const seconds = cadence.beats.reduce((sum, beat) => sum + beat, 0);
  const round = new Float32Array(Math.round(seconds * rate));
  let from = 0;
  cadence.beats.forEach((beat, index) => {
    if (index % 2 === 0) fill(round, cadence, from, beat, rate);
    from += beat;
  });
  return round;
}

function fill(
  round: Float32Array,
  { frequencies, gain }: Cadence,
  from: number,
  beat: number,
  rate: number,
): void {
  const first = Math.round(from * rate);
  const count = Math.min(Math.round(beat * rate), round.length - first);
  for (let i = 0; i < count; i += 1) {
    const t = i / rate;
    const envelope = Math.min(1, t / RAMP_S, (beat - t) / RAMP_S);
    const wave = frequencies.reduce((sum, hertz) => sum + Math.sin(2 * Math.PI * hertz * t), 0);
    round[first + i] = (gain * Math.max(0, envelope) * wave) / frequencies.length;
  }
}
