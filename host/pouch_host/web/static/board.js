// Keeps the board as the ward is: takes the changes that the server sends, puts the cards in order,
// and says so when nothing has been heard for a while, because numbers that stand still look just
// like numbers that are fine. What is shown is made by the server; see web/feed.py.
(function () {
  "use strict";
  var FEW = 4;
  var AGAIN_MS = 3000;
  var body = document.body;
  var cards = document.getElementById("cards");
  var head = document.getElementById("head");
  var lost = document.getElementById("lost");
  var unwatched = document.getElementById("unwatched");
  var title = document.title;
  var silence_ms = Number(body.getAttribute("data-silence-ms"));
  var event_id = body.getAttribute("data-event-id");
  var say = window.pouchWords("board");
  var ages = window.pouchAges;
  var heard_utc_s = ages.now_utc_s();
  var timer = null;
  var stream = null;

  function silent() {
    window.clearTimeout(timer);
    say_lost();
    // A network that vanished without a word would leave the stream open for ever.
    stream.close();
    again();
    timer = window.setTimeout(silent, silence_ms);
  }

  function say_lost() {
    document.getElementById("lost-since").textContent = ages.time_of_day(heard_utc_s, false);
    document.getElementById("lost-age").setAttribute("data-utc-s", String(Math.floor(heard_utc_s)));
    lost.hidden = false;
    body.classList.add("is-lost");
    ages.show();
  }

  function heard() {
    lost.hidden = true;
    body.classList.remove("is-lost");
    window.clearTimeout(timer);
    timer = window.setTimeout(silent, silence_ms);
  }

  // The server answers, and yet nobody may look at the ward: its watch hangs or has ended.
  function say_watched(time) {
    var late = time.watch === "busy" || time.watch === "stopped";
    if (late) {
      unwatched.querySelectorAll("[data-when]").forEach(function (part) {
        part.hidden = part.getAttribute("data-when") !== time.watch;
      });
      document.getElementById("looked-at").textContent = ages.time_of_day(time.looked_utc_s, false);
      document.getElementById("looked-age").setAttribute("data-utc-s", String(Math.floor(time.looked_utc_s)));
      ages.show();
    }
    unwatched.hidden = !late;
    body.classList.toggle("is-unwatched", time.watch === "stopped");
  }

  function by_code() {
    // Bare: an infant may be called "constructor".
    var found = Object.create(null);
    Array.from(cards.children).forEach(function (card) { found[card.getAttribute("data-infant")] = card; });
    return found;
  }

  function parsed(html) {
    var template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  }

  // A finger that is on its way to a button must find it: what is open and what has the focus stays.
  function put(old, html) {
    var card = parsed(html);
    if (!old) { return card; }
    old.querySelectorAll("[data-alert]").forEach(function (alert) {
      var open = alert.querySelector("details[open]");
      if (!open) { return; }
      var same = card.querySelector('[data-alert="' + CSS.escape(alert.getAttribute("data-alert")) + '"] details');
      if (same) { same.open = true; }
    });
    var focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(card);
    if (focused) { focus_again(card, focused); }
    return card;
  }

  function focus_again(card, focused) {
    var all = Array.from(card.querySelectorAll("a, button, summary"));
    var same = all.find(function (one) {
      return one.tagName === focused.tagName && one.value === focused.value && one.textContent === focused.textContent;
    });
    if (same) { same.focus({ preventScroll: true }); }
  }

  function apply(board) {
    var there = by_code();
    Object.keys(board.cards).forEach(function (code) { there[code] = put(there[code], board.cards[code]); });
    var active = document.activeElement;
    board.order.forEach(function (code, place) {
      var card = there[code];
      if (card && cards.children[place] !== card) { cards.insertBefore(card, cards.children[place] || null); }
      delete there[code];
    });
    Object.keys(there).forEach(function (code) { there[code].remove(); });
    if (active && active !== document.activeElement && cards.contains(active)) { active.focus({ preventScroll: true }); }
    cards.classList.toggle("is-few", board.order.length <= FEW);
    if (board.head !== head.kept_html) {
      head.kept_html = board.head;
      var in_head = head.contains(document.activeElement) ? document.activeElement : null;
      head.innerHTML = board.head;
      if (in_head) { focus_again(head, in_head); }
    }
    shown();
  }

  function shown() {
    var count = cards.querySelectorAll("[data-ringing]").length;
    document.title = count ? "(" + say("ringing_title", { count: count }) + ") " + title : title;
    ages.show();
    window.pouchSound.look();
    window.pouchOffline.keep_board(event_id);
  }

  // Without the network the same page may be kept from an hour ago, and newer cards beside it.
  function show_kept() {
    window.pouchOffline.recall_board().then(function (kept) {
      heard_utc_s = Number(body.getAttribute("data-now-utc-s"));
      if (kept && kept.utc_s > heard_utc_s) {
        heard_utc_s = kept.utc_s;
        head.innerHTML = kept.head;
        cards.innerHTML = kept.cards;
      }
      say_lost();
    });
  }

  function connect() {
    if (stream) { stream.close(); }
    stream = new EventSource("/events?since=" + encodeURIComponent(event_id));
    stream.addEventListener("time", function (event) {
      var time = JSON.parse(event.data);
      // A page that was kept is told all that it missed by being made anew.
      if (document.documentElement.hasAttribute("data-kept")) { window.location.reload(); return; }
      ages.set_now(time.now_utc_s, time.offset_s);
      heard_utc_s = time.now_utc_s;
      say_watched(time);
      heard();
      window.pouchOffline.keep_board(event_id);
      window.pouchOffline.flush();
    });
    stream.addEventListener("board", function (event) {
      event_id = event.lastEventId;
      apply(JSON.parse(event.data));
      heard();
    });
    stream.addEventListener("over", function () {
      stream.close();
      window.location.reload();
    });
    stream.onerror = function () {
      // It comes back by itself, but not after an answer that was no stream.
      if (stream.readyState === EventSource.CLOSED) { window.setTimeout(again, AGAIN_MS); }
    };
  }

  // Nobody is let in any more, or the server is not there: only the first needs another page.
  function again() {
    var stop = new AbortController();
    window.setTimeout(function () { stop.abort(); }, silence_ms);
    fetch("/board", {
      headers: { Accept: "text/html" },
      redirect: "manual",
      signal: stop.signal,
    }).then(function (answer) {
      if (answer.type === "opaqueredirect" || answer.status === 403) { window.location.reload(); return; }
      connect();
    }).catch(function () { /* `silent` tries again */ });
  }

  if (!window.EventSource) {
    window.setTimeout(function () { window.location.replace("/board"); }, AGAIN_MS * 5);
    return;
  }
  // A tablet that knows that it has no network need not wait for the silence.
  window.addEventListener("offline", silent);
  window.addEventListener("online", again);
  if (document.documentElement.hasAttribute("data-kept")) { show_kept(); } else { heard(); }
  shown();
  connect();
})();
