/** Inline Markdown as inert pieces: text with marks, no links that lead anywhere, no images. */

export type MarkName = "strong" | "em" | "s" | "code" | "u";

export interface Piece {
  text: string;
  marks: MarkName[];
}

const TOKEN =
  /\\([!-/:-@[-`{-~])|(`+)([^`]|[^`].*?[^`])\2(?!`)|(\*\*|__|~~|\*|_)(?=\S)(.+?)(?<=\S)\4(?![*_~\p{L}\p{N}])|!?\[([^\]]*)\]\(([^)\s]*)\)/su;

const MARKS: Record<string, MarkName> = { "**": "strong", __: "strong", "*": "em", _: "em", "~~": "s" };

export function pieces(markdown: string, marks: MarkName[] = []): Piece[] {
  const found = TOKEN.exec(markdown);
  if (!found) return markdown ? [{ text: markdown, marks }] : [];
  const [whole, escaped, , code, delimiter, inner, label] = found;
  const before = markdown.slice(0, found.index);
  const after = markdown.slice(found.index + whole.length);
  let middle: Piece[];
  if (escaped !== undefined) middle = [{ text: escaped, marks }];
  else if (code !== undefined) middle = [{ text: code, marks: [...marks, "code"] }];
  else if (delimiter !== undefined) middle = pieces(inner ?? "", [...marks, MARKS[delimiter] ?? "em"]);
  else middle = pieces(label ?? "", [...marks, "u"]);
  return [...(before ? [{ text: before, marks }] : []), ...middle, ...pieces(after, marks)];
}

const HALF_DELIMITER = /(?:\*{1,2}|~{1,2}|`+|(?<![\p{L}\p{N}])_{1,2}|!?\[[^\]]*(?:\](?:\([^)]*)?)?)$/u;
const OPEN_MARK = /(\*\*|~~|\*|`|(?<![\p{L}\p{N}])(?:__|_))(?=\S)([^*~`_]*?)(\s*)$/u;

/** What has come so far of Markdown that still streams: a mark that was opened is taken as closed, half a delimiter left out. */
export function soFar(markdown: string): string {
  const whole = markdown.replace(HALF_DELIMITER, "");
  const open = pieces(whole).at(-1);
  if (!open || open.marks.length > 0 || !OPEN_MARK.test(open.text)) return whole;
  return whole.replace(OPEN_MARK, "$1$2$1$3");
}

/** The words alone. */
export function plain(markdown: string): string {
  return pieces(markdown)
    .map((piece) => piece.text)
    .join("");
}

/** Nodes to put into an element; nothing in them can be followed, loaded or run. */
export function rendered(markdown: string): Node[] {
  return pieces(markdown).map(({ text, marks }) =>
    marks.reduceRight<Node>((inner, name) => {
      const wrapper = document.createElement(name);
      wrapper.append(inner);
      return wrapper;
    }, document.createTextNode(text)),
  );
}
