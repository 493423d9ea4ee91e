/** Tells changes that arrive from the shared content from those that are made in this editor. */

import type { Transaction } from "@tiptap/pm/state";
import { ySyncPluginKey } from "y-prosemirror";

/** What y-prosemirror keeps of the last transaction. */
export interface SyncState {
  isChangeOrigin?: boolean;
  isUndoRedoOperation?: boolean;
}

/** Whether the transaction brings a change from the shared content into the editor. */
export function fromContent(transaction: Transaction): boolean {
  return (transaction.getMeta(ySyncPluginKey) as SyncState | undefined)?.isChangeOrigin === true;
}
