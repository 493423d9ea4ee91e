// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { plain, rendered, soFar } from "./inline_markdown";

const html = (markdown: string) => {
  const root = document.createElement("div");
  root.append(...rendered(markdown));
  return root.innerHTML;
};

test("marks are rendered, also one in another", () => {
  expect(html("a **bold *both*** `code *x*` ~~gone~~")).toBe(
    "a <strong>bold </strong><strong><em>both</em></strong> <code>code *x*</code> <s>gone</s>",
  );
});

test("a link shows its words and leads nowhere, an image loads nothing, markup is text", () => {
  expect(html("[the guide](https://example.com) ![x](http://a/b.png) <img src=x>")).toBe(
    "<u>the guide</u> <u>x</u> &lt;img src=x&gt;",
  );
});

test("half a mark, as while it streams, is text", () => {
  expect(html("so **far")).toBe("so **far");
  expect(plain("2 * 3 * 4 and snake_case_name")).toBe("2 * 3 * 4 and snake_case_name");
});

test("while it streams no delimiter flashes up, and an open mark shows at once", () => {
  expect(html(soFar("the *"))).toBe("the ");
  expect(html(soFar("the *boo"))).toBe("the <em>boo</em>");
  expect(html(soFar("the *books bring "))).toBe("the <em>books bring</em> ");
  expect(html(soFar("the *books* and **so"))).toBe("the <em>books</em> and <strong>so</strong>");
  expect(html(soFar("the *books* and **"))).toBe("the <em>books</em> and ");
  expect(html(soFar("see [the gui"))).toBe("see ");
  expect(html(soFar("2 * 3"))).toBe("2 * 3");
});

test("an escaped character is itself", () => {
  expect(plain("5 \\* 3")).toBe("5 * 3");
});
