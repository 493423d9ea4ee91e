/** Who is here, from the presence that the server has stamped. */

import type { Awareness } from "y-protocols/awareness";
import type { Participant, Role } from "./room";

interface StampedUser {
  id?: string;
  name?: string;
  color?: string;
  kind?: string;
  role?: string;
}

const ORDER: Record<Participant["kind"], number> = { person: 0, guest: 0, agent: 1 };

/** One entry a person, this tab's first, agents last; within that in order of arrival. */
export function participants(awareness: Awareness, me: Participant): Participant[] {
  const found = new Map<string, Participant>([[me.user, me]]);
  for (const [client, state] of awareness.getStates()) {
    const user = (state["user"] ?? {}) as StampedUser;
    if (client === awareness.clientID || !user.id || found.has(user.id)) continue;
    found.set(user.id, {
      client,
      user: user.id,
      name: user.name ?? "",
      colour: user.color ?? "",
      kind: user.kind === "agent" || user.kind === "guest" ? user.kind : "person",
      role: (user.role ?? "") as Role,
      status: typeof state["status"] === "string" ? state["status"] : "",
      here: false,
    });
  }
  return [...found.values()].sort((a, b) => ORDER[a.kind] - ORDER[b.kind]);
}

/** At most two letters for an avatar: of the first and the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return picked.map((word) => [...(word ?? "")][0]?.toUpperCase() ?? "").join("");
}
