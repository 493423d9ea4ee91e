/** How the copilot's states read in plain words. templates/editor/parts/run_state.html says the same for the first paint. */

import type { Run, RunState } from "../room/session";

const ENDED: ReadonlySet<RunState> = new Set<RunState>(["completed", "cancelled", "failed", "superseded"]);

export function hasEnded(run: Run): boolean {
  return ENDED.has(run.state);
}

/** What it does now, or how it ended; empty where the answer alone says it. */
export function stateInWords(run: Run): string {
  switch (run.state) {
    case "queued":
      return run.place > 1 ? `Waiting its turn, ${run.place - 1} before it` : "Waiting its turn";
    case "thinking":
      return capital(run.phase) || "Thinking";
    case "streaming":
      return capital(run.phase) || "Writing";
    case "executing_tool":
      return capital(run.phase) || "Working";
    case "awaiting_confirmation":
      return "Waiting for your decision";
    case "awaiting_client_tool":
      return capital(run.phase) || "Waiting for a browser";
    case "paused":
      return "Paused while nobody was here";
    case "completed":
      return run.finish_reason === "length" ? "It reached its limit here. Ask it to continue." : "";
    case "cancelled":
      return run.stopped_by ? `Stopped by ${run.stopped_by}` : "Stopped";
    case "superseded":
      return "Replaced by a newer request";
    case "failed":
      return run.error || "It failed. Your text is safe. Try again.";
  }
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "0:07", "12:30": minutes and seconds between two times in ms, never negative. */
export function elapsed(from: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - from) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** "14:32", in the reader's own manner; empty for an absent time. */
export function clock(at: number): string {
  return at ? new Date(at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" }) : "";
}

export function suggestionsInWords(count: number): string {
  return count === 1 ? "1 suggestion in the text" : `${count} suggestions in the text`;
}

/** A refusal's sentence; anything else that went wrong gets one too. */
export function refusal(error: unknown): string {
  return error instanceof Error && error.name === "Nack" && error.message
    ? error.message
    : "The server did not answer. Your text is safe. Try again.";
}
