/** Why the server closed the socket. 44xx is final; 1012 and 1013 are tried again with jitter. */

export const CloseCode = {
  RESTART: 1012,
  OVERLOAD: 1013,
  MALFORMED: 4400,
  NOT_SIGNED_IN: 4401,
  NO_RIGHT: 4403,
  NO_DOCUMENT: 4404,
  EPOCH_OR_SCHEMA: 4409,
  TOO_LARGE: 4413,
  TOO_FAST: 4429,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/** Whether the client may try again by itself. */
export function mayRetry(code: number): boolean {
  return code < 4400 || code > 4499;
}
