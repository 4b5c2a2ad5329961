// What a tablet does without its network: it keeps what people said about alerts and sends it
// later, once; and it keeps the last board, which the worker (sw.js) shows with its age.
//
// Everything said goes through the queue, also with a network: it is kept first and sent then, so
// that a tablet that dies in between has it. `request_id` makes a second sending change nothing.
(function () {
  "use strict";
  var KEPT = "pouch-queue";
  var KEPT_BOARD = "/kept-board";
  var BOARD_CACHE = "pouch-board";
  var AGAIN_MS = 10000;
  // A network that is there and does not answer is none; sent again, nothing is done twice.
  var PATIENCE_MS = 8000;
  // A changed board soon, the same one now and then: a tablet's flash wears.
  var KEEP_CHANGED_MS = 15000;
  var KEEP_SAME_MS = 120000;
  var say = window.pouchWords("board");
  var who = document.body.getAttribute("data-who");
  var list = document.getElementById("waiting-list");
  var memory = null;
  var sending = false;
  var kept_ms = 0;
  var kept_id = "";

  // In memory only where the browser keeps nothing, or has no room: what it kept last is old then.
  function queue() {
    if (memory) { return memory; }
    try { return JSON.parse(localStorage.getItem(KEPT) || "[]"); } catch (error) { return []; }
  }

  function set_queue(entries) {
    try {
      localStorage.setItem(KEPT, JSON.stringify(entries));
      memory = null;
    } catch (error) {
      memory = entries;
    }
    show();
  }

  function drop(request_id) {
    set_queue(queue().filter(function (entry) { return entry.request_id !== request_id; }));
  }

  function new_id() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (byte) { return ("0" + byte.toString(16)).slice(-2); }).join("");
  }

  function told(text, is_bad) {
    var said = document.getElementById("said");
    said.textContent = text;
    said.className = "said notice " + (is_bad ? "is-error" : "is-ok");
    said.hidden = false;
    window.clearTimeout(told.timer);
    // A refusal stays: somebody believes that it was done.
    if (!is_bad) { told.timer = window.setTimeout(function () { said.hidden = true; }, 8000); }
  }

  function show() {
    var entries = queue().filter(function (entry) { return entry.failed; });
    document.getElementById("waiting").hidden = !entries.length;
    list.textContent = "";
    entries.forEach(function (entry) {
      var item = document.createElement("li");
      var text = document.createElement("span");
      var why = document.createElement("span");
      var button = document.createElement("button");
      text.textContent = say("wait_" + entry.what, entry);
      why.className = "ink-soft";
      why.textContent = say(entry.who === who ? "wait_network" : "wait_sign_in", entry);
      button.type = "button";
      button.className = "button";
      button.textContent = say("drop");
      button.addEventListener("click", function () { drop(entry.request_id); });
      [text, why, button].forEach(function (part) { item.appendChild(part); });
      list.appendChild(item);
    });
  }

  // What is sent of a snooze is what is left of it: it ends when whoever asked for it thinks.
  function value_of(entry) {
    if (entry.what !== "snooze") { return entry.value; }
    var parts = entry.value.split(" ");
    var gone_min = Math.floor((window.pouchAges.now_utc_s() - entry.utc_s) / 60);
    parts[0] = String(Number(parts[0]) - Math.max(0, gone_min));
    return Number(parts[0]) > 0 ? parts.join(" ") : null;
  }

  function send(entry) {
    var value = value_of(entry);
    if (value === null) {
      drop(entry.request_id);
      told(say("over_meanwhile", entry), true);
      return Promise.resolve();
    }
    var form = new URLSearchParams();
    form.set(entry.field, value);
    form.set("request_id", entry.request_id);
    var stop = new AbortController();
    var patience = window.setTimeout(function () { stop.abort(); }, PATIENCE_MS);
    return fetch(entry.path, {
      method: "POST",
      signal: stop.signal,
      body: form,
      headers: {
        Accept: "application/json",
        "X-CSRF": document.querySelector("meta[name=csrf]").content,
      },
    }).then(function (answer) {
      window.clearTimeout(patience);
      if (answer.status === 200 || answer.status === 409) {
        return answer.json().then(function (done) {
          drop(entry.request_id);
          told(say(done.outcome, done), answer.status === 409 || done.outcome === "acknowledged_before");
        });
      }
      // Signed out, or the ward's computer cannot write now: it was not said in vain.
      if (answer.status === 401 || answer.status === 403 || answer.status >= 500) { throw new Error("later"); }
      drop(entry.request_id);
      told(say("refused", entry), true);
      return null;
    }).catch(function () {
      window.clearTimeout(patience);
      set_queue(queue().map(function (one) {
        if (one.request_id === entry.request_id) { one.failed = true; }
        return one;
      }));
      throw new Error("later");
    });
  }

  // One after the other, in the order in which they were said.
  function flush() {
    var mine = queue().filter(function (entry) { return entry.who === who; });
    if (sending || !mine.length || !who) { return; }
    sending = true;
    mine.reduce(function (before, entry) {
      return before.then(function () { return send(entry); });
    }, Promise.resolve()).catch(function () { /* again later */ }).then(function () { sending = false; });
  }

  document.getElementById("act").addEventListener("submit", function (event) {
    var button = event.submitter;
    // Without it nobody knows which button it was: the browser posts the form by itself.
    if (!button || !who) { return; }
    event.preventDefault();
    var what = new URL(button.formAction).pathname;
    var words = button.value.split(" ");
    var entry = {
      request_id: new_id(),
      path: what,
      what: what.split("/").pop(),
      field: button.name,
      value: button.value,
      infant: words.slice(button.name === "unmute" ? 1 : 2).join(" "),
      who: who,
      utc_s: window.pouchAges.now_utc_s(),
    };
    button.disabled = true;
    window.setTimeout(function () { button.disabled = false; }, 2000);
    set_queue(queue().concat([entry]));
    flush();
  });

  window.addEventListener("online", flush);
  window.setInterval(flush, AGAIN_MS);
  show();
  flush();

  // The last board, for the time without a network.

  function keep_board(event_id) {
    var ms = Date.now();
    var wait_ms = event_id === kept_id ? KEEP_SAME_MS : KEEP_CHANGED_MS;
    if (!window.caches || ms - kept_ms < wait_ms) { return; }
    if (document.documentElement.hasAttribute("data-kept")) { return; }
    kept_ms = ms;
    kept_id = event_id;
    var board = {
      utc_s: window.pouchAges.now_utc_s(),
      head: document.getElementById("head").innerHTML,
      cards: document.getElementById("cards").innerHTML,
    };
    caches.open(BOARD_CACHE).then(function (cache) {
      // Only beside a page that the worker keeps: else there is nobody who may have it.
      return cache.match("/").then(function (page) {
        if (page) { return cache.put(KEPT_BOARD, new Response(JSON.stringify(board))); }
        return null;
      });
    }).catch(function () { /* a full disk: the page itself goes on */ });
  }

  function recall_board() {
    return caches.open(BOARD_CACHE).then(function (cache) {
      return cache.match(KEPT_BOARD);
    }).then(function (kept) { return kept ? kept.json() : null; }).catch(function () { return null; });
  }

  if (navigator.serviceWorker && window.isSecureContext) {
    navigator.serviceWorker.register("/sw.js").catch(function () { /* a browser that has it off */ });
  }
  window.pouchOffline = { keep_board: keep_board, recall_board: recall_board, flush: flush, told: told };
})();
