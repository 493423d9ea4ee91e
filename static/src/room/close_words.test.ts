import { expect, test } from "vitest";
import { CloseCode, mayRetry } from "../wire/close_codes";
import { BUSY, ended } from "./close_words";

const final = Object.values(CloseCode).filter((code) => !mayRetry(code));

test.each(final)("%i ends with a sentence of its own that says what to do next", (code) => {
  const { sentence, next } = ended(code, true);
  const others = final.filter((other) => other !== code).map((other) => ended(other, true).sentence);
  expect(others).not.toContain(sentence);
  expect(sentence).toMatch(/^[A-Z].*\.$/);
  expect(sentence).not.toMatch(/!|Oops|error/i);
  expect(["Reload", "Sign in", "All documents"]).toContain(next);
});

test("too many windows are told from too fast a page by when the server closed", () => {
  expect(ended(CloseCode.TOO_FAST, true).sentence).toContain("Wait a moment");
  expect(ended(CloseCode.TOO_FAST, false).sentence).toContain("Close some of them");
  expect(ended(CloseCode.NO_RIGHT, false)).toEqual(ended(CloseCode.NO_RIGHT, true));
});

test("only what would be refused again is set aside, and only a document that is gone has no way back", () => {
  expect(final.filter((code) => ended(code, true).refused)).toEqual([CloseCode.MALFORMED, CloseCode.TOO_LARGE]);
  expect(final.filter((code) => ended(code, true).gone)).toEqual([CloseCode.NO_DOCUMENT]);
});

test("a code that this page does not know asks for a reload", () => {
  expect(ended(4499, true)).toEqual({ sentence: expect.stringContaining("Reload"), next: "Reload" });
});

test("a server that is full says that the page comes back by itself", () => {
  expect(BUSY).toContain("tries again by itself");
});
