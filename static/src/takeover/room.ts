/** A call's room at LiveKit. Loaded only when somebody takes a call over. */

import { DisconnectReason, LogLevel, Room, RoomEvent, setLogLevel, Track } from "livekit-client";
import type { Door, Joined } from "./line";
import type { LineEvent } from "./state";

// The page says what happens, in words for people.
setLogLevel(LogLevel.silent);

/** Comes in with a microphone and plays whoever speaks on the chosen loudspeaker. */
export async function join(
  door: Door,
  stream: MediaStream,
  loudspeaker: string,
  tell: (event: LineEvent) => void,
): Promise<Joined> {
  // By itself it would leave when the browser asks whether to leave the page, whatever the answer.
  const room = new Room({ disconnectOnPageLeave: false });
  const players = document.createElement("div");
  players.hidden = true;
  document.body.append(players);
  room
    .on(RoomEvent.TrackSubscribed, (track) => players.append(track.attach()))
    .on(RoomEvent.TrackUnsubscribed, (track) => track.detach().forEach((each) => each.remove()))
    .on(RoomEvent.Reconnecting, () => tell({ type: "reconnecting" }))
    .on(RoomEvent.Reconnected, () => tell({ type: "in" }))
    .on(RoomEvent.AudioPlaybackStatusChanged, () => audible(room, tell))
    .on(RoomEvent.Disconnected, (reason) => {
      players.remove();
      tell({ type: "left", why: why(reason) });
    });
  const listening = [
    RoomEvent.TrackPublished,
    RoomEvent.TrackUnpublished,
    RoomEvent.ParticipantDisconnected,
  ] as const;
  for (const event of listening) room.on(event, () => voice(room, tell));
  try {
    await room.connect(door.url, door.token);
    if (loudspeaker) await room.switchActiveDevice("audiooutput", loudspeaker).catch(() => false);
    const [microphone] = stream.getAudioTracks();
    if (!microphone) throw new Error("no microphone");
    // Nobody else stops it: the page goes on with it when it joins again.
    await room.localParticipant.publishTrack(microphone.clone(), {
      source: Track.Source.Microphone,
      stopMicTrackOnMute: false,
    });
  } catch (error) {
    players.remove();
    await room.disconnect();
    throw error;
  }
  voice(room, tell);
  audible(room, tell);
  return {
    mute: async (on) => void (await muted(room, on)),
    play: () => room.startAudio(),
    leave: () => room.disconnect(),
  };
}

async function muted(room: Room, on: boolean): Promise<void> {
  for (const publication of room.localParticipant.audioTrackPublications.values()) {
    await (on ? publication.mute() : publication.unmute());
  }
}

function audible(room: Room, tell: (event: LineEvent) => void): void {
  tell({ type: "audible", on: room.canPlaybackAudio });
}

/** The voice takes its own sound away when it has introduced the person; it goes on listening. */
function voice(room: Room, tell: (event: LineEvent) => void): void {
  const voices = [...room.remoteParticipants.values()].filter(({ isAgent }) => isAgent);
  tell({ type: "voice", there: voices.some((each) => each.audioTrackPublications.size > 0) });
}

function why(reason: DisconnectReason | undefined): "over" | "gone" | "elsewhere" | "lost" {
  switch (reason) {
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return "over";
    case DisconnectReason.PARTICIPANT_REMOVED:
      return "gone";
    case DisconnectReason.DUPLICATE_IDENTITY:
      return "elsewhere";
    default:
      return "lost";
  }
}
