/** The frames that the room adds to y-websocket's: messages (100), the session document (101) and what is saved (102). */

import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import type { Fields } from "./room";

export const SYNC = 0;
export const AWARENESS = 1;
export const MESSAGE = 100;
export const SESSION = 101;
export const SAVED = 102;

/** The room's session document; private threads have channels of their own. */
export const ROOM_CHANNEL = 0;

const STEP_2 = 1;
const UPDATE = 2;

export type Message = { type: string } & Fields;

/** `step` is y-protocols' own: 1 answers a state vector, 2 is a later update. */
export interface SessionFrame {
  channel: number;
  epoch: number;
  step: number;
  update: Uint8Array;
}

export function encodeMessage(message: Message): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE);
  encoding.writeUint8Array(encoder, new TextEncoder().encode(JSON.stringify(message)));
  return encoding.toUint8Array(encoder);
}

/** Reads a message whose frame type has been read. */
export function readMessage(decoder: decoding.Decoder): Message {
  return JSON.parse(new TextDecoder().decode(decoding.readTailAsUint8Array(decoder))) as Message;
}

export function encodeSessionStep1(epoch: number, stateVector: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SESSION);
  encoding.writeVarUint(encoder, ROOM_CHANNEL);
  encoding.writeVarUint(encoder, epoch);
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint8Array(encoder, stateVector);
  return encoding.toUint8Array(encoder);
}

/** Reads a session frame whose frame type has been read. */
export function readSession(decoder: decoding.Decoder): SessionFrame {
  return {
    channel: decoding.readVarUint(decoder),
    epoch: decoding.readVarUint(decoder),
    step: decoding.readVarUint(decoder),
    update: decoding.readVarUint8Array(decoder),
  };
}

export function readSaved(decoder: decoding.Decoder): number {
  return decoding.readVarUint(decoder);
}

/** Whether the frame counts towards `saved`, and if so whether it is a step 2 (all that this replica has) or one update. */
export function counted(frame: Uint8Array): "step2" | "update" | null {
  if (frame[0] !== SYNC) return null;
  if (frame[1] === STEP_2) return "step2";
  return frame[1] === UPDATE ? "update" : null;
}
