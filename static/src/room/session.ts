/** What the copilot does in this room, as the server mirrors it: read here, written there alone. */

import type { Text } from "yjs";

export type RunState =
  | "queued"
  | "thinking"
  | "streaming"
  | "executing_tool"
  | "awaiting_confirmation"
  | "awaiting_client_tool"
  | "paused"
  | "completed"
  | "cancelled"
  | "failed"
  | "superseded";

/** Times are ms since 1970; absent values are "" or 0. */
export interface Run {
  id: string;
  state: RunState;
  rev: number;
  copilot: string;
  asker: string;
  asker_name: string;
  request: string;
  created: number;
  ended: number;
  phase: string;
  place: number;
  answer: string;
  finish_reason: string;
  error_code: string;
  error: string;
  retryable: boolean;
  stopped_by: string;
  suggestions: string[];
  note: string;
}

export type SuggestionStatus = "streaming" | "pending" | "accepted" | "rejected" | "withdrawn";

export interface Suggestion {
  id: string;
  run: string;
  kind: "insert" | "replace" | "delete" | "format";
  status: SuggestionStatus;
  place: "fresh" | "moved" | "stale" | "orphaned";
  block: string;
  author: string;
  author_kind: "person" | "guest" | "agent";
  author_colour: string;
  asker_name: string;
  base: string;
  /** What stands there now, where that is not what it was made for (`place` is stale). */
  now: string;
  body: string;
  decision: string;
  verdict: string;
  decided_by: string;
  decided_at: number;
  undone_by: string;
  created: number;
}

export interface Confirmation {
  id: string;
  run: string;
  tool: string;
  sentence: string;
  /** JSON */
  arguments: string;
  state: string;
  asked_by: string;
  decided_by: string;
  decided_at: number;
  verdict: string;
  /** JSON, or "" */
  result: string;
  created: number;
}

export interface SessionJSON {
  runs: Record<string, Record<string, unknown>>;
  suggestions: Record<string, Record<string, unknown>>;
  confirmations: Record<string, Record<string, unknown>>;
}

/** Lists are ordered by `created`. Texts grow in place: observe them to paint a stream without reading it whole. */
export interface Session {
  runs(): Run[];
  suggestions(): Suggestion[];
  confirmations(): Confirmation[];
  answer(run: string): Text | undefined;
  body(suggestion: string): Text | undefined;
  /** At most once a frame, after anything in the session has changed (Texts too). */
  subscribe(listener: () => void): () => void;
  toJSON(): SessionJSON;
}
