/** Which line the server's configuration asks for: a SIP account, or the practice line inside the page. */
import { WebSocketInterface } from "jssip";

import type { Line, LineEvent } from "./line";
import type { SoftphoneConfig } from "./messages";
import { PracticePeer } from "./practice";
import { PracticeSocket } from "./practicesocket";
import { SipLine } from "./sip";

export interface Lines {
  readonly line: Line;
  /** The practice line's far end, for being called and for drills; null on a real line. */
  readonly peer: PracticePeer | null;
}

export function openLine(
  config: SoftphoneConfig,
  audio: AudioContext,
  emit: (event: LineEvent) => void,
): Lines {
  return config.mode === "sip" && config.sip
    ? { line: sipLine(config.sip, emit), peer: null }
    : practiceLine(audio, emit);
}

function sipLine(
  access: NonNullable<SoftphoneConfig["sip"]>,
  emit: (event: LineEvent) => void,
): Line {
  return new SipLine({
    ua: {
      sockets: new WebSocketInterface(access.ws_url),
      uri: access.uri,
      authorization_user: access.authorization_user,
      ha1: access.ha1,
      realm: access.realm,
    },
    iceServers: access.ice_servers,
    practice: false,
    emit,
  });
}

function practiceLine(audio: AudioContext, emit: (event: LineEvent) => void): Lines {
  const peer = new PracticePeer({
    audio,
    onDirect: (call, voice) => line.direct(call, voice),
  });
  const line = new SipLine({
    ua: { sockets: new PracticeSocket(peer), uri: `sip:agent@${peer.domain}` },
    iceServers: [],
    practice: true,
    emit,
  });
  return { line, peer };
}
