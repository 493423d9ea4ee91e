/** How a page lives without its server: a worker that opens it again, and what is renewed when the server is back. */

const WORKER = "/service-worker.js";
const OFFLINE = "/offline";

/** Where there is no secure context, or the browser has no workers, pages open only while the server answers. */
export function startWorker(): void {
  void navigator.serviceWorker?.register(WORKER).catch(() => undefined);
}

/** Whether this page came from the browser, since the server did not answer. */
export function isKept(): boolean {
  return document.documentElement.hasAttribute("data-kept");
}

/** The server knows this page again. Its token against forged requests may be of an earlier session: it is renewed. */
export async function backOnline(): Promise<void> {
  document.documentElement.removeAttribute("data-kept");
  try {
    const page = await (await fetch(OFFLINE)).text();
    const token = /<meta name="csrf-token" content="([^"]+)">/.exec(page)?.[1];
    if (token) renew(token);
  } catch {
    // It has gone again; what is sent meanwhile is refused with a sentence.
  }
}

function renew(token: string): void {
  document.querySelector('meta[name="csrf-token"]')?.setAttribute("content", token);
  for (const field of document.querySelectorAll<HTMLInputElement>("input[name=csrfmiddlewaretoken]")) {
    field.value = token;
  }
}
