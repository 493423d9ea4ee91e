/** Whether the panel shows: remembered on a wide page, a sheet from below for the moment on a narrow one. */

import { prefer } from "../preferences";

const NARROW = "(width < 900px)";

export class PanelVisibility {
  private readonly root = document.documentElement;
  private readonly opener = document.querySelector<HTMLButtonElement>("#panel-button");
  private readonly narrow = window.matchMedia(NARROW);

  /** `opened` is called when somebody opens it. */
  constructor(private readonly opened: () => void = () => undefined) {
    this.opener?.addEventListener("click", () => this.show(!this.isOpen()));
    this.narrow.addEventListener("change", () => this.tell());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.root.dataset["sheet"] === "open" && !event.defaultPrevented) this.close();
    });
    this.tell();
  }

  isOpen(): boolean {
    return this.narrow.matches ? this.root.dataset["sheet"] === "open" : this.root.dataset["panel"] !== "closed";
  }

  show(open: boolean): void {
    if (this.narrow.matches) this.root.dataset["sheet"] = open ? "open" : "closed";
    else prefer("panel", open ? "open" : "closed");
    this.tell();
    if (open) this.opened();
  }

  /** Closes it and gives the focus back to its button, so that it is not lost with the panel. */
  close(): void {
    this.show(false);
    this.opener?.focus();
  }

  private tell(): void {
    this.opener?.setAttribute("aria-expanded", String(this.isOpen()));
  }
}
