/** y-websocket's provider with the room's own frames, jitter, and a presence that only the server may take away. */

import type { Decoder } from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { type Awareness, encodeAwarenessUpdate } from "y-protocols/awareness";
import { WebsocketProvider } from "y-websocket";
import type { Doc } from "yjs";
import * as frames from "./frames";

const LONGEST_WAIT = 30_000;

export interface RoomEvents {
  message(message: frames.Message): void;
  session(frame: frames.SessionFrame): void;
  saved(n: number): void;
  /** A content frame that counts towards `saved` has gone out. */
  sent(kind: "step2" | "update"): void;
}

export interface RoomAddress {
  /** With scheme and host, without the document. */
  server: string;
  path: string;
  params: Record<string, string>;
  protocols: string[];
}

export class RoomProvider extends WebsocketProvider {
  constructor(
    address: RoomAddress,
    content: Doc,
    awareness: Awareness,
    private readonly events: RoomEvents,
  ) {
    super(address.server, address.path, content, {
      awareness,
      connect: false,
      disableBc: true,
      params: address.params,
      protocols: address.protocols,
    });
    this._WS = this.#countingSocket();
    this.#takeRoomFrames();
    this.#speakOnlyForThisTab();
    this.#waitWithFullJitter();
  }

  /** Returns false where nothing could be sent. */
  send(frame: Uint8Array): boolean {
    if (!this.wsconnected || this.ws?.readyState !== WebSocket.OPEN) return false;
    this.ws.send(frame as Uint8Array<ArrayBuffer>);
    return true;
  }

  #countingSocket(): typeof WebSocket {
    const sent = (frame: Uint8Array): void => {
      const kind = frames.counted(frame);
      if (kind) this.events.sent(kind);
    };
    return class extends WebSocket {
      override send(data: Uint8Array<ArrayBuffer>): void {
        super.send(data);
        sent(data);
      }
    };
  }

  #takeRoomFrames(): void {
    const handlers = this.messageHandlers as unknown as ((encoder: unknown, decoder: Decoder) => void)[];
    handlers[frames.MESSAGE] = (_, decoder) => this.events.message(frames.readMessage(decoder));
    handlers[frames.SESSION] = (_, decoder) => this.events.session(frames.readSession(decoder));
    handlers[frames.SAVED] = (_, decoder) => this.events.saved(frames.readSaved(decoder));
  }

  /** The stock provider repeats what it hears of others; the server stamps and forwards presence itself. */
  #speakOnlyForThisTab(): void {
    this.awareness.off("update", this._awarenessUpdateHandler);
    this._awarenessUpdateHandler = (_: unknown, origin: unknown) => {
      if (origin === "local") this.announce();
    };
    this.awareness.on("update", this._awarenessUpdateHandler);
    const handlers = this.messageHandlers as unknown as (() => void)[];
    handlers[3] = () => this.announce();
  }

  /** Says where this tab is. */
  announce(): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, frames.AWARENESS);
    encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(this.awareness, [this.doc.clientID]));
    this.send(encoding.toUint8Array(encoder));
  }

  #waitWithFullJitter(): void {
    Object.defineProperty(this, "maxBackoffTime", {
      get: () => Math.random() * Math.min(LONGEST_WAIT, 2 ** this.wsUnsuccessfulReconnects * 100),
      set: () => undefined,
    });
  }
}
