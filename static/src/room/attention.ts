/** How present the person in this tab is: active (input within a minute), visible, or hidden. */

export type Attention = "active" | "visible" | "hidden";

export const ACTIVE_FOR = 60_000;
export const BLURRED_FOR = 30_000;

/** `blurredSince` and `lastInput` are ms on one clock; `blurredSince` is null while the window has the focus. */
export function attentionAt(now: number, lastInput: number, blurredSince: number | null, hidden: boolean): Attention {
  if (hidden || (blurredSince !== null && now - blurredSince >= BLURRED_FOR)) return "hidden";
  return now - lastInput < ACTIVE_FOR ? "active" : "visible";
}

const INPUT = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"] as const;

/** Calls `report` whenever the attention changes. */
export class AttentionWatch {
  #lastInput = performance.now();
  #blurredSince: number | null = document.hasFocus() ? null : performance.now();
  #current: Attention = this.now();

  constructor(private readonly report: (attention: Attention) => void) {
    for (const name of INPUT) addEventListener(name, () => this.#input(), { passive: true, capture: true });
    addEventListener("focus", () => this.#focused(null));
    addEventListener("blur", () => this.#focused(performance.now()));
    document.addEventListener("visibilitychange", () => this.check());
    setInterval(() => this.check(), 5_000);
  }

  now(): Attention {
    return attentionAt(performance.now(), this.#lastInput, this.#blurredSince, document.hidden);
  }

  /** Input that a script made, such as typing in the editor, arrives here too. */
  check(): void {
    const next = this.now();
    if (next === this.#current) return;
    this.#current = next;
    this.report(next);
  }

  #input(): void {
    this.#lastInput = performance.now();
    if (this.#current !== "active") this.check();
  }

  #focused(since: number | null): void {
    this.#blurredSince = since;
    this.check();
  }
}
