/** What changed between two texts, by words: kept, deleted, inserted. */

export interface Piece {
  kind: "keep" | "delete" | "insert";
  text: string;
}

/** Larger comparisons are shown as one text in place of the other. */
const MOST_CELLS = 1_000_000;
/** Of the old text; where less than this is kept, a difference by words reads worse than two whole texts. */
const LEAST_KEPT = 0.35;

const WORDS = /[\p{L}\p{N}\p{M}_]+(?:['’][\p{L}\p{N}\p{M}_]+)*|\s+|[^\p{L}\p{N}\p{M}_\s]/gu;

/** Null where the texts have too little in common, or are too long. Pieces that keep or delete spell `before` exactly. */
export function wordDiff(before: string, after: string): Piece[] | null {
  const old = before.match(WORDS) ?? [];
  const next = after.match(WORDS) ?? [];
  if (old.join("") !== before || next.join("") !== after || old.length * next.length > MOST_CELLS) return null;
  const pieces = gathered(joined(longestCommon(old, next)));
  const kept = pieces.reduce((sum, piece) => sum + (piece.kind === "keep" ? piece.text.length : 0), 0);
  return kept >= before.length * LEAST_KEPT && kept > 0 ? pieces : null;
}

function longestCommon(old: string[], next: string[]): Piece[] {
  const width = next.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = next.length - 1; column >= 0; column--) {
      const same = old[row] === next[column];
      lengths[row * width + column] = same
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  return walk(old, next, at);
}

function walk(old: string[], next: string[], at: (row: number, column: number) => number): Piece[] {
  const pieces: Piece[] = [];
  let row = 0;
  let column = 0;
  while (row < old.length || column < next.length) {
    const [before, after] = [old[row], next[column]];
    if (before !== undefined && before === after) {
      pieces.push({ kind: "keep", text: before });
      row += 1;
      column += 1;
    } else if (before !== undefined && (after === undefined || at(row + 1, column) >= at(row, column + 1))) {
      pieces.push({ kind: "delete", text: before });
      row += 1;
    } else {
      pieces.push({ kind: "insert", text: after ?? "" });
      column += 1;
    }
  }
  return pieces;
}

/** Blanks kept between two changes belong to them: "a b" against "c d" is one change, not two. */
function joined(pieces: Piece[]): Piece[] {
  return pieces.flatMap((piece, index) => {
    const between = pieces[index - 1]?.kind !== "keep" && pieces[index + 1]?.kind !== "keep";
    const inside = index > 0 && index < pieces.length - 1;
    if (piece.kind !== "keep" || piece.text.trim() !== "" || !between || !inside) return [piece];
    return [
      { kind: "delete", text: piece.text },
      { kind: "insert", text: piece.text },
    ];
  });
}

/** In each run of changes first what goes, then what comes; neighbours of one kind are one piece. */
function gathered(pieces: Piece[]): Piece[] {
  const result: Piece[] = [];
  let gone = "";
  let come = "";
  const settle = (): void => {
    if (gone) result.push({ kind: "delete", text: gone });
    if (come) result.push({ kind: "insert", text: come });
    gone = "";
    come = "";
  };
  for (const { kind, text } of pieces) {
    if (kind === "delete") gone += text;
    else if (kind === "insert") come += text;
    else {
      settle();
      const last = result[result.length - 1];
      if (last?.kind === "keep") last.text += text;
      else result.push({ kind, text });
    }
  }
  settle();
  return result;
}
