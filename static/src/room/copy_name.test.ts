import { expect, test } from "vitest";
import { type CopyName, parsed, spelled } from "./copy_name";

const COPY: CopyName = { kind: "person", person: "p-1", document: "d-1", epoch: 2, aside: 0 };

test("a copy is named by person, document and epoch, and read back from its name", () => {
  expect(spelled(COPY)).toBe("scriptorium/person/p-1/d-1/2");
  for (const copy of [COPY, { ...COPY, aside: 1_790_000_000_000 }, { ...COPY, kind: "guest" as const }]) {
    expect(parsed(spelled(copy))).toEqual(copy);
  }
});

test("another person, document, epoch or one set aside is another copy", () => {
  const others = [{ person: "p-2" }, { document: "d-2" }, { epoch: 3 }, { aside: 1 }, { kind: "guest" as const }];
  const names = [COPY, ...others.map((other) => ({ ...COPY, ...other }))].map(spelled);
  expect(new Set(names).size).toBe(names.length);
});

test("a database that is none of ours has no such name", () => {
  for (const name of ["", "somebody else's", "scriptorium/person/p/d", "scriptorium/robot/p/d/1"]) {
    expect(parsed(name)).toBeNull();
  }
});
