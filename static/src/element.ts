/** Makes elements: text is always text, never markup. */

export type Child = Node | string | null | undefined | false;
type Value = string | number | boolean | null | undefined | ((event: Event) => void);

/** `onclick: fn` listens, `true` sets an empty attribute, null, undefined and false leave it out. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else set(made, key, value);
  }
  made.append(...children.filter((child): child is Node | string => Boolean(child)));
  return made;
}

/** Sets or removes an attribute, and leaves it alone where it is right already. */
export function set(target: Element, key: string, value: string | number | boolean | null | undefined): void {
  if (value === null || value === undefined || value === false) target.removeAttribute(key);
  else {
    const text = value === true ? "" : String(value);
    if (target.getAttribute(key) !== text) target.setAttribute(key, text);
  }
}

/** Sets an element's text, and leaves the selection in it alone where nothing has changed. */
export function say(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the set in templates/editor/parts/icons.html; its meaning must stand beside it in words. */
export function icon(name: string): SVGSVGElement {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("class", "icon");
  made.setAttribute("aria-hidden", "true");
  made.setAttribute("focusable", "false");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  made.append(use);
  return made;
}

/** A button that shows an icon alone and says its name to those who do not see it. */
export function iconButton(name: string, label: string, onclick: () => void): HTMLButtonElement {
  return element(
    "button",
    { type: "button", class: "button button--icon", title: label, onclick },
    icon(name),
    element("span", { class: "visually-hidden" }, label),
  );
}

/** The page's token against forged requests, as base.html carries it. */
export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}
