/** The sign-in page, while nobody is signed in: this browser keeps nothing that was saved, and nothing of who signed out. */

import { keepOnlyPagesOf } from "./offline/kept_pages";
import { clearAfter } from "./room/kept_copies";

const COOKIE = "signed_out";

const signedOut = new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(document.cookie)?.[1] ?? "";

void Promise.all([keepOnlyPagesOf(""), clearAfter(signedOut)]).then(() => {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs a secure context, which we may not have.
  document.cookie = `${COOKIE}=; path=/; samesite=lax; max-age=0`;
});
