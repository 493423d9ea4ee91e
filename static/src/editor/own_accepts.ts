/** Ctrl+Z straight after one's own accept undoes that decision, since the server made the change and not this page. */

import type { UndoManager } from "yjs";
import { Nack, type Room } from "../room/room";

interface Marker {
  depth: number;
  decision: string;
}

export class OwnAccepts {
  #markers: Marker[] = [];

  constructor(
    private readonly room: Room,
    private readonly undoManager: () => UndoManager | null,
    private readonly refused: (sentence: string) => void,
  ) {}

  /** This tab's accept was acknowledged: what is typed from here on is a new step. */
  accepted(decision: string): void {
    const manager = this.undoManager();
    if (!manager) return;
    manager.stopCapturing();
    this.#markers.push({ depth: manager.undoStack.length, decision });
  }

  /** Whether an accept is what an undo would take back now; if so it is on its way. */
  undo(): boolean {
    const depth = this.undoManager()?.undoStack.length ?? 0;
    this.#markers = this.#markers.filter((marker) => marker.depth <= depth);
    const last = this.#markers[this.#markers.length - 1];
    if (last?.depth !== depth) return false;
    this.#markers.pop();
    void this.#send(last.decision);
    return true;
  }

  async #send(decision: string): Promise<void> {
    try {
      await this.room.command("undo_decision", { decision });
    } catch (error) {
      if (error instanceof Nack) this.refused(error.message);
    }
  }
}
