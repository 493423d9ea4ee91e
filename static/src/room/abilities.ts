/** What each role may do, to show and hide things; the server decides. The same table as `editor/room/participant.py`. */

import type { Ability, Role } from "./room";

const EDITOR: Ability[] = ["read", "ask", "comment", "suggest", "write", "decide", "stop", "rename"];

export const ABILITIES: Record<Role, ReadonlySet<Ability>> = {
  "": new Set<Ability>(),
  viewer: new Set<Ability>(["read"]),
  commenter: new Set<Ability>(["read", "ask", "comment", "suggest"]),
  editor: new Set(EDITOR),
  owner: new Set<Ability>([...EDITOR, "share"]),
};
