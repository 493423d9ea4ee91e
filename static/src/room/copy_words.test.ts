import { expect, test } from "vitest";
import { closedWords, keptWords } from "./copy_words";

test("a copy of another epoch, one of a right that ended and one that was refused are told apart", () => {
  expect(keptWords("epoch", 0)).toBe(
    "This document was restored from a backup. The version from before is kept in this browser.",
  );
  expect(keptWords("reader", 3)).toBe(
    "You may no longer change this document. Your version with 3 changes that could not be saved is kept in this browser.",
  );
  expect(keptWords("refused", 1)).toBe("Your version with 1 change that could not be saved is kept in this browser.");
});

test("a room that was closed says what becomes of unsaved changes, and asks for help where nothing keeps them", () => {
  expect(closedWords(4403, "No access.", 0, true)).toBe("No access.");
  expect(closedWords(4403, "No access.", 1, true)).toBe("No access. 1 change is not saved, and kept in this browser.");
  expect(closedWords(4413, "Too large.", 2, false)).toContain("2 changes are not saved: copy or download");
});

test("a document of another epoch or schema says that the version from before is kept", () => {
  expect(closedWords(4409, "Restored.", 0, true)).toBe(
    "Restored. The version that this page had is kept in this browser.",
  );
  expect(closedWords(4409, "Restored.", 0, false)).toBe("Restored.");
});
