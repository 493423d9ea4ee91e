/** Says to screen readers what begins and what ends, once each; a stream itself is never read out. */

import { announce } from "../announce";
import type { Room } from "../room/room";
import type { Run } from "../room/session";
import { hasEnded, stateInWords } from "./words";

export class Announcer {
  private readonly ended = new Map<string, boolean>();
  private readonly asked = new Set<string>();
  private readonly proposed = new Set<string>();

  /** What is there already is not news. */
  constructor(private readonly room: Room) {
    this.news();
  }

  tell(): void {
    const sentences = this.news();
    if (sentences.length > 0) announce([...new Set(sentences)].join(" "));
  }

  private news(): string[] {
    const { session } = this.room;
    return [
      ...session.runs().flatMap((run) => this.ofRun(run)),
      ...session.confirmations().flatMap(({ id, state, sentence }) => this.first(this.asked, id, state, sentence)),
      ...session
        .suggestions()
        .flatMap(({ id, status, author }) => this.first(this.proposed, id, status, `${author} suggests a change.`)),
    ];
  }

  private ofRun(run: Run): string[] {
    const before = this.ended.get(run.id);
    const now = hasEnded(run);
    this.ended.set(run.id, now);
    if (before === undefined && !now) return [`${run.asker_name} asked the copilot.`];
    if (before === false && now) return [`The copilot has ended. ${stateInWords(run)}`.trim()];
    return [];
  }

  /** The sentence when `id` is first seen pending. */
  private first(seen: Set<string>, id: string, state: string, sentence: string): string[] {
    if (state !== "pending" || seen.has(id)) return [];
    seen.add(id);
    return [sentence];
  }
}
