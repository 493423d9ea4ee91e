/** Why the server closed the room, in words: what happened, what is safe, what to do. */

const WORDS: Record<number, string> = {
  4400: "This page sent something the server could not read. Reload to go on; what was called saved is safe.",
  4401: "You are no longer signed in. Sign in again to go on writing.",
  4403: "You no longer have access to this document. Ask its owner for a new link.",
  4404: "This document does not exist any more.",
  4409: "This document was restored or changed in a way this page does not know. Reload to go on.",
  4413: "The document has reached its size limit, so the last change could not be saved. Copy it, then reload.",
  4429: "This page sent more than the server takes at once. Wait a moment, then reload.",
};

export function closeWords(code: number): string {
  return WORDS[code] ?? "The server has closed this document. Reload to try again.";
}
