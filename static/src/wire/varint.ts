/** lib0's unsigned varints and what is counted by them, read strictly and written. The same as `editor/wire/varint.py`. */

const MAX_BYTES = 8;

/** Bytes that the grammar does not have. */
export class MalformedFrame extends Error {
  override readonly name = "MalformedFrame";
}

/** A position in bytes. Nothing is allocated before its size is known to be there. */
export class Reader {
  #position = 0;

  constructor(private readonly data: Uint8Array) {}

  varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < MAX_BYTES; count++) {
      const byte = this.data[this.#position++];
      if (byte === undefined) throw new MalformedFrame("the bytes end within a number");
      value += (byte & 127) * factor;
      if (byte < 128) {
        if (count > 0 && byte === 0) throw new MalformedFrame("a number is not written in its shortest form");
        if (!Number.isSafeInteger(value)) throw new MalformedFrame("a number is too large");
        return value;
      }
      factor *= 128;
    }
    throw new MalformedFrame("a number is too large");
  }

  /** A view, not a copy. */
  take(size: number): Uint8Array {
    const end = this.#position + size;
    if (end > this.data.length) throw new MalformedFrame("the bytes end too early");
    const taken = this.data.subarray(this.#position, end);
    this.#position = end;
    return taken;
  }

  /** Bytes after their number. */
  counted(): Uint8Array {
    return this.take(this.varint());
  }

  string(): string {
    return utf8(this.counted());
  }

  rest(): Uint8Array {
    return this.take(this.data.length - this.#position);
  }

  end(): void {
    if (this.#position !== this.data.length) throw new MalformedFrame("bytes follow the end");
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function utf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new MalformedFrame("a string is no UTF-8");
  }
}

export function parseJson(bytes: Uint8Array): unknown {
  const text = utf8(bytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedFrame("this is no JSON");
  }
}

export function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no varint`);
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

export function counted(bytes: Uint8Array): Uint8Array {
  return concat(varint(bytes.length), bytes);
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}
