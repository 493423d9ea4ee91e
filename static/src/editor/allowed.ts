/** Which attribute values the server takes: what comes by paste is brought into bounds here, or the server would refuse it. */

type Rule = (value: unknown) => boolean;

const LONGEST_URL = 2048;
const SAFE_URL = /^(?:https?:|mailto:|\/(?!\/)|#|\?)[^\p{Cc} \\]*$/iu;

/** http, https, mailto, or a place on this site; no control characters. */
export function safeUrl(value: unknown): boolean {
  return typeof value === "string" && value.length <= LONGEST_URL && SAFE_URL.test(value);
}

const integer =
  (low: number, high: number): Rule =>
  (value) =>
    Number.isInteger(value) && Number(value) >= low && Number(value) <= high;
const matches =
  (pattern: RegExp): Rule =>
  (value) =>
    typeof value === "string" && pattern.test(value);
const short: Rule = (value) => typeof value === "string" && value.length <= 300;
const widths: Rule = (value) => Array.isArray(value) && value.length <= 100 && value.every(integer(0, 10_000));

const CELL = {
  colspan: integer(1, 100),
  rowspan: integer(1, 1000),
  colwidth: widths,
  align: matches(/^(left|center|right)$/),
};

/** By node or mark, then attribute. The same bounds as `editor/room/schema.py`. */
const RULES: Record<string, Record<string, Rule>> = {
  heading: { level: integer(1, 6) },
  codeBlock: { language: matches(/^[\w+#.-]{0,40}$/) },
  orderedList: { start: integer(0, 1e9), type: matches(/^[1aAiI]$/) },
  tableCell: CELL,
  tableHeader: CELL,
  link: { href: safeUrl, target: matches(/^(_blank|_self)$/), rel: short, class: matches(/^$/), title: short },
};

/** The attributes with what is out of bounds put back to its default. */
export function withinBounds(
  name: string,
  attributes: Record<string, unknown>,
  defaults: Record<string, unknown>,
): Record<string, unknown> {
  const rules = RULES[name];
  if (!rules) return attributes;
  const kept = Object.entries(attributes).map(([key, value]) => {
    const rule = rules[key];
    return [key, value === null || !rule || rule(value) ? value : (defaults[key] ?? null)];
  });
  return Object.fromEntries(kept);
}
