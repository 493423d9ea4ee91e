/** What the page was served with. */

import { isKept } from "../offline/connection";
import type { Ability, Copilot, Role } from "./room";
import type { SessionJSON } from "./session";

export interface Person {
  id: string;
  name: string;
  colour: string;
  kind: "person" | "guest";
  role: Role;
}

export interface PageData {
  document: { id: string; title: string; epoch: number; schema: number };
  socket: string;
  me: Person | null;
  role: Role;
  abilities: Ability[];
  join: { guest: string; account: string | null; signed_in_as: string | null } | null;
  copilot: Copilot;
  urls: { links: string | null; documents: string | null; guest_window: string | null };
  session: SessionJSON;
  /** It came from this browser, since the server did not answer. */
  kept: boolean;
}

export function readPageData(): PageData {
  const element = document.getElementById("page-data");
  if (!element?.textContent) throw new Error("The page came without its data.");
  return { ...(JSON.parse(element.textContent) as PageData), kept: isKept() };
}

/** The address of the document's socket, split as the provider wants it. */
export function socketAddress(path: string, location: Location): { server: string; path: string } {
  const server = `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}`;
  return { server, path: path.replace(/^\//, "") };
}
