/** Asks before a tab with unsaved changes is left. */

import type { Room } from "./room";

/** Ends with the function that it returns: the page leaves by itself, and what is unsaved is kept. */
export function guardLeaving(room: Room): () => void {
  const ask = (event: BeforeUnloadEvent): void => {
    if (room.saveState().unsaved > 0) event.preventDefault();
  };
  addEventListener("beforeunload", ask);
  return () => removeEventListener("beforeunload", ask);
}
