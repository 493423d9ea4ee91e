/** What a browser's copy of a document is called: by person, document and epoch, so that none is taken for another. */

export interface CopyName {
  kind: "person" | "guest";
  person: string;
  document: string;
  epoch: number;
  /** Ms since 1970 when it was set aside, or 0 for a copy that is written in. */
  aside: number;
}

const PARTS = /^scriptorium\/(person|guest)\/([^/]+)\/([^/]+)\/(\d+)(?:\/aside-(\d+))?$/;

export function spelled({ kind, person, document, epoch, aside }: CopyName): string {
  const name = `scriptorium/${kind}/${person}/${document}/${epoch}`;
  return aside > 0 ? `${name}/aside-${aside}` : name;
}

/** Null for a database that is none of ours. */
export function parsed(name: string): CopyName | null {
  const [, kind, person, document, epoch, aside] = PARTS.exec(name) ?? [];
  if (!kind || !person || !document) return null;
  return { kind: kind as CopyName["kind"], person, document, epoch: Number(epoch), aside: Number(aside ?? 0) };
}
