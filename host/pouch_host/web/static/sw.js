// The worker of an installed board. It asks the network first, always: this is about what is now.
// Only where that does not answer it shows what it kept, and marks the page as such (data-kept).
//
//   pouch-shell-VERSION   static files, as this version of the server has them
//   pouch-board           the last board of whoever is signed in; gone with the session
"use strict";
const SHELL_CACHE = "pouch-shell-POUCH_VERSION";
const BOARD_CACHE = "pouch-board";
const SHELL = ["POUCH_SHELL"];
// A network that is there and does not answer is none.
const PATIENCE_MS = 8000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(SHELL_CACHE).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting())
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(
      names
        .filter((name) => name.startsWith("pouch-shell-") && name !== SHELL_CACHE)
        .map((name) => caches.delete(name))
    )).then(() => self.clients.claim())
  );
});

function within(request) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  return fetch(request, { signal: stop.signal }).finally(() => clearTimeout(timer));
}

async function static_file(request) {
  const cache = await caches.open(SHELL_CACHE);
  try {
    const answer = await within(request);
    if (answer.ok) { await cache.put(request, answer.clone()); }
    return answer;
  } catch (error) {
    const kept = await cache.match(request, { ignoreVary: true });
    if (kept) { return kept; }
    throw error;
  }
}

// After signing out on a screen on the wall: what the nurse saw is gone, what all see is not kept yet.
async function keep_plain(cache) {
  try {
    const answer = await within(new Request("/", { headers: { Accept: "text/html" }, redirect: "manual" }));
    if (answer.ok && answer.headers.get("X-Pouch-Keep") === "board") { await cache.put("/", answer); }
  } catch (error) { /* the next visit tries again */ }
}

async function board(request) {
  const cache = await caches.open(BOARD_CACHE);
  try {
    const answer = await within(request);
    if (answer.ok && answer.headers.get("X-Pouch-Keep") === "board") {
      // With a query it says what was just done, which is no news later: it is kept without that,
      // and nobody waits for it.
      if (new URL(request.url).search) { keep_plain(cache); } else { await cache.put("/", answer.clone()); }
    } else if (answer.type === "opaqueredirect" || answer.status === 403) {
      // Whoever was let in no longer is: nothing of the ward stays here.
      await caches.delete(BOARD_CACHE);
    }
    return answer;
  } catch (error) {
    const kept = await cache.match("/");
    if (!kept) { throw error; }
    const text = (await kept.text()).replace("<html ", "<html data-kept ");
    return new Response(text, { headers: kept.headers });
  }
}

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) { return; }
  const leaves = url.pathname === "/sign-out" || url.pathname === "/sign-in";
  if (request.method === "POST" && leaves) {
    // Also who signs in over somebody else: what is pressed on a kept board is said in its name.
    event.waitUntil(caches.delete(BOARD_CACHE));
    return;
  }
  if (request.method !== "GET") { return; }
  if (request.mode === "navigate" && url.pathname === "/") { event.respondWith(board(request)); }
  if (url.pathname.startsWith("/static/")) { event.respondWith(static_file(request)); }
});
