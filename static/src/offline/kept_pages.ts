/** The pages that this browser keeps of one person, to open them while the server does not answer. The worker reads them. */

const PAGES = "scriptorium pages ";

/** Where there is no secure context a browser keeps none. */
function store(): CacheStorage | null {
  return "caches" in globalThis ? caches : null;
}

/** What a page is kept under: its address without what follows the path. */
export function keyOf(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}

/** `person` is whoever is signed in, or "" for a guest where nobody is. */
export async function keepPage(person: string, address: string, html: string): Promise<void> {
  const cache = await store()?.open(PAGES + person);
  await cache?.put(keyOf(address), new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8" } }));
}

export async function keptPage(address: string): Promise<Response | undefined> {
  for (const name of await namesOfPages()) {
    const found = await store()?.match(keyOf(address), { cacheName: name });
    if (found) return found;
  }
  return undefined;
}

export async function forgetPage(address: string): Promise<void> {
  for (const name of await namesOfPages()) await (await store()?.open(name))?.delete(keyOf(address));
}

/** Another person's pages go as soon as a page of `person` has come from the server. */
export async function keepOnlyPagesOf(person: string): Promise<void> {
  const others = (await namesOfPages()).filter((name) => name !== PAGES + person);
  await Promise.all(others.map((name) => store()?.delete(name)));
}

async function namesOfPages(): Promise<string[]> {
  const names = (await store()?.keys()) ?? [];
  return names.filter((name) => name.startsWith(PAGES));
}
