/**
 * The service worker: where the server does not answer, a page comes from what this browser has kept of it.
 *
 * The network comes first, always, for pages and scripts alike: nothing old is shown while there is something new.
 */

import { forgetPage, keptPage } from "./kept_pages";

declare const self: ServiceWorkerGlobalScope;
/** Of the files below; set by build.mjs. */
declare const VERSION: string;
declare const FILES: string[];

const STATIC = "scriptorium static ";
const OFFLINE = "/offline";
/** Ms that a server may take to answer where a page is kept: on a train a connection hangs rather than fails. */
const PATIENCE = 6_000;
const GONE = [403, 404, 410];
/** Tabs that show a kept page take its scripts from here too, without asking the network for each. */
const keptTabs = new Set<string>();

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event));
  else if (event.request.method === "GET" && FILES.includes(pathname)) event.respondWith(file(event));
});

async function install(): Promise<void> {
  const cache = await caches.open(STATIC + VERSION);
  // Nobody's: the page that says that there is no connection names no person.
  await cache.addAll([OFFLINE, ...FILES].map((path) => new Request(path, { cache: "reload", credentials: "omit" })));
  await self.skipWaiting();
}

async function activate(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(STATIC) && name !== STATIC + VERSION);
  await Promise.all(names.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function page(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const kept = request.method === "GET" ? await keptPage(request.url) : undefined;
  const answer = await answered(request, kept ? PATIENCE : undefined);
  if (answer && GONE.includes(answer.status)) event.waitUntil(forgetPage(request.url));
  if (answer && (answer.status < 500 || !kept)) return answer;
  keptTabs.add(event.resultingClientId);
  const without = await caches.match(OFFLINE);
  if (!without) return Response.error();
  return kept ? new Response(await kept.text(), { headers: headersOf(without) }) : without;
}

async function file({ request, clientId }: FetchEvent): Promise<Response> {
  const own = await caches.match(request, { ignoreVary: true });
  if (own && keptTabs.has(clientId)) return own;
  return (await answered(request)) ?? own ?? Response.error();
}

/** Null where nothing comes: in time, if `patience` (ms) is given. */
async function answered(request: Request, patience?: number): Promise<Response | null> {
  const late = new Promise<null>((resolve) => patience && setTimeout(() => resolve(null), patience));
  return Promise.race([fetch(request).catch(() => null), late]);
}

/** The server's own for a page, its content security policy among them. */
function headersOf(answer: Response): Headers {
  const headers = new Headers(answer.headers);
  for (const name of ["Content-Length", "Content-Encoding"]) headers.delete(name);
  return headers;
}
