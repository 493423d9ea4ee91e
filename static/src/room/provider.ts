/** y-websocket's provider with the room's own frames, jitter, and a presence that only the server may take away. */

import type { Decoder } from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { type Awareness, encodeAwarenessUpdate } from "y-protocols/awareness";
import { WebsocketProvider } from "y-websocket";
import type { Doc } from "yjs";
import * as wire from "../wire/messages";
import { retryAfter, waitAfter, waitAsAsked } from "./reconnect";

export interface RoomEvents {
  /** Where this is false no update goes out: the server would close the socket. */
  mayWrite(): boolean;
  received(message: wire.ServerMessage): void;
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
  #notBefore = 0;
  #waiting: ReturnType<typeof setTimeout> | undefined;

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
    this.#sendOnlyWhatMayBeWritten();
  }

  /** Returns false where nothing could be sent. */
  say(message: wire.ClientMessage): boolean {
    return this.send(wire.encode(message));
  }

  private send(frame: Uint8Array): boolean {
    if (!this.wsconnected || this.ws?.readyState !== WebSocket.OPEN) return false;
    this.ws.send(frame as Uint8Array<ArrayBuffer>);
    return true;
  }

  #countingSocket(): typeof WebSocket {
    const sent = (frame: Uint8Array): void => {
      const kind = counted(frame);
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
    for (const type of [wire.MESSAGE, wire.SESSION, wire.SAVED]) {
      handlers[type] = (_, decoder) => this.events.received(wire.decode(decoder.arr));
    }
  }

  /** The stock provider repeats what it hears of others; the server stamps and forwards presence itself. */
  #speakOnlyForThisTab(): void {
    this.awareness.off("update", this._awarenessUpdateHandler);
    this._awarenessUpdateHandler = (_: unknown, origin: unknown) => {
      if (origin === "local") this.announce();
    };
    this.awareness.on("update", this._awarenessUpdateHandler);
    const handlers = this.messageHandlers as unknown as (() => void)[];
    handlers[wire.QUERY_AWARENESS] = () => this.announce();
  }

  /** Says where this tab is. */
  announce(): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, wire.AWARENESS);
    encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(this.awareness, [this.doc.clientID]));
    this.send(encoding.toUint8Array(encoder));
  }

  #sendOnlyWhatMayBeWritten(): void {
    const sendUpdate = this._updateHandler;
    this.doc.off("update", sendUpdate);
    this._updateHandler = (update: Uint8Array, origin: unknown) => {
      if (this.events.mayWrite()) sendUpdate(update, origin);
    };
    this.doc.on("update", this._updateHandler);
  }

  #waitWithFullJitter(): void {
    Object.defineProperty(this, "maxBackoffTime", {
      get: () => waitAfter(this.wsUnsuccessfulReconnects, Math.random()),
      set: () => undefined,
    });
    this.on("connection-close", (event) => {
      const asked = retryAfter(event?.reason ?? "");
      if (asked === 0) return;
      this.#notBefore = Date.now() + waitAsAsked(asked, this.wsUnsuccessfulReconnects, Math.random());
      this.connect();
    });
  }

  /** Waits where the server has asked for it, also when the network or the person comes back meanwhile. */
  override connect(): void {
    clearTimeout(this.#waiting);
    const wait = this.#notBefore - Date.now();
    this.shouldConnect = wait <= 0;
    if (this.shouldConnect) super.connect();
    else this.#waiting = setTimeout(() => this.connect(), wait);
  }

  override disconnect(): void {
    clearTimeout(this.#waiting);
    super.disconnect();
  }
}

/** Whether the frame counts towards `saved`, and if so whether it is a step 2 (all that this replica has) or one update. */
export function counted(frame: Uint8Array): "step2" | "update" | null {
  if (frame[0] !== wire.SYNC) return null;
  if (frame[1] === 1) return "step2";
  return frame[1] === 2 ? "update" : null;
}
