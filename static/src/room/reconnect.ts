/** When a lost connection is tried again: full jitter, so that a room of people does not come back in one instant. */

const FIRST_WAIT = 100;
const LONGEST_WAIT = 30_000;

/** Ms before the next attempt, after `failures` in a row. `chance` is from 0 up to 1. */
export function waitAfter(failures: number, chance: number): number {
  return chance * Math.min(LONGEST_WAIT, 2 ** failures * FIRST_WAIT);
}

/** The `retry_after=SECONDS` that a server writes beside close code 1013, in ms; 0 where there is none. */
export function retryAfter(reason: string): number {
  const seconds = /^retry_after=(\d{1,4})$/.exec(reason)?.[1];
  return Number(seconds ?? 0) * 1000;
}

/** Ms until a server that asked for `asked` ms of peace is tried again: never sooner, and spread over as long again. */
export function waitAsAsked(asked: number, failures: number, chance: number): number {
  return asked + Math.max(chance * asked, waitAfter(failures, chance));
}
