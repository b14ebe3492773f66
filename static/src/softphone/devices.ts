/** The dialog in which microphone, loudspeaker and the way of tones are chosen. */
import type { Desk } from "./desk";
import type { ToneTransport } from "./line";

export async function showDevices(root: ParentNode, desk: Desk): Promise<void> {
  const dialog = root.querySelector<HTMLDialogElement>("#phone-devices");
  if (!dialog || dialog.open) return;
  dialog.showModal();
  await list(dialog, desk);
  dialog.onchange = (event) => void changed(event, dialog, desk);
}

async function list(dialog: HTMLElement, desk: Desk): Promise<void> {
  const { inputs, outputs, input, output } = await desk.sound.devices();
  options(dialog, "input", inputs, input, "The system's microphone");
  options(dialog, "output", outputs, output, "The system's loudspeaker");
  const tones = dialog.querySelector<HTMLSelectElement>("[data-tones]");
  if (tones) tones.value = desk.tones;
}

function options(
  dialog: HTMLElement,
  kind: "input" | "output",
  devices: readonly MediaDeviceInfo[],
  chosen: string,
  usual: string,
): void {
  const select = dialog.querySelector<HTMLSelectElement>(`[data-device="${kind}"]`);
  // Until it is allowed to use one, the browser names no device.
  const named = devices.filter(({ deviceId }) => deviceId && deviceId !== "default");
  const rows = named.map(
    ({ label, deviceId }, index) =>
      new Option(label || `Device ${index + 1}`, deviceId, false, deviceId === chosen),
  );
  select?.replaceChildren(new Option(usual, "", false, !chosen), ...rows);
}

async function changed(event: Event, dialog: HTMLElement, desk: Desk): Promise<void> {
  const select = event.target as HTMLSelectElement;
  const kind = select.dataset["device"];
  if (kind === "input" || kind === "output") await desk.sound.choose(kind, select.value);
  else desk.tones = select.value as ToneTransport;
  await list(dialog, desk);
}
