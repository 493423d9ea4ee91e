import { expect, test } from "vitest";
import * as Y from "yjs";
import { plainText } from "./plain_text";

function block(name: string, ...children: (string | Y.XmlElement)[]): Y.XmlElement {
  const made = new Y.XmlElement(name);
  made.insert(
    0,
    children.map((child) => (typeof child === "string" ? new Y.XmlText(child) : child)),
  );
  return made;
}

test("blocks are parted by an empty line, marks are not spelled, and a line break is one", () => {
  const content = new Y.Doc();
  const bold = new Y.XmlText("bold");
  const paragraph = block("paragraph", "one", block("hardBreak"), "two");
  const list = block(
    "bulletList",
    block("listItem", block("paragraph", "item 😀")),
    block("listItem", block("paragraph")),
  );
  content.getXmlFragment("content").insert(0, [paragraph, block("horizontalRule"), list]);
  paragraph.insert(3, [bold]);
  bold.format(0, 4, { bold: {} });
  expect(plainText(content)).toBe("one\ntwobold\n\nitem 😀");
});

test("an empty replica has no text", () => {
  expect(plainText(new Y.Doc())).toBe("");
});
