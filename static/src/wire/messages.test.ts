import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CloseCode, mayRetry } from "./close_codes";
import { type ClientMessage, decode, encode } from "./messages";
import { MalformedFrame, Reader, varint } from "./varint";

interface Vector {
  name: string;
  frame: string;
  message: Record<string, unknown>;
}

type Name = "up" | "down" | "malformed_up" | "malformed_down";

const path = new URL("../../../tests/vectors/wire.json", import.meta.url);
const vectors = JSON.parse(readFileSync(path, "utf8")) as Record<Name, Vector[]>;

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The vector's message: byte strings are written as hexadecimal there. */
function messageOf(vector: Vector): Record<string, unknown> {
  const message = { ...vector.message };
  for (const name of ["state_vector", "update"]) {
    if (name in message) message[name] = bytes(String(message[name]));
  }
  return message;
}

describe("the shared vectors", () => {
  test.each(vectors.up)("write up: $name", (vector) => {
    expect(hex(encode(messageOf(vector) as unknown as ClientMessage))).toBe(vector.frame);
  });

  test.each(vectors.down)("read down: $name", (vector) => {
    expect(decode(bytes(vector.frame))).toEqual(messageOf(vector));
  });

  test.each(vectors.malformed_down)("refuse: $name", (vector) => {
    expect(() => decode(bytes(vector.frame))).toThrow(MalformedFrame);
  });
});

test("a frame that is cut anywhere is refused", () => {
  for (const { frame } of vectors.down) {
    const whole = bytes(frame);
    for (let end = 0; end < whole.length; end++) {
      expect(() => decode(whole.subarray(0, end))).toThrow(MalformedFrame);
    }
  }
});

test("a mutated frame is read or refused, and throws nothing else", () => {
  let seed = 20261121;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let round = 0; round < 3000; round++) {
    const vector = vectors.down[random(vectors.down.length)];
    const frame = bytes(vector?.frame ?? "");
    frame[random(frame.length)] = random(256);
    try {
      decode(frame);
    } catch (error) {
      expect(error, `seed 20261121, round ${round}`).toBeInstanceOf(MalformedFrame);
    }
  }
});

test("numbers survive up to two to the 53, and are refused in a longer form", () => {
  for (const number of [0, 127, 128, 300, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    expect(new Reader(varint(number)).varint()).toBe(number);
  }
  expect(() => new Reader(Uint8Array.of(128, 0)).varint()).toThrow(MalformedFrame);
  expect(() => varint(2 ** 53)).toThrow(RangeError);
  expect(() => varint(-1)).toThrow(RangeError);
});

test("only restart and overload are tried again", () => {
  const again = Object.values(CloseCode).filter(mayRetry);
  expect(again).toEqual([CloseCode.RESTART, CloseCode.OVERLOAD]);
});
