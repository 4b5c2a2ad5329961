// Lets what shows time go on: the clock, ages of data, and what is left of a snooze.
// The ward's time is the server's; a simulated one may run faster than this tablet's. Ages are
// counted on without the server too: an age that stood still would be younger than the truth.
(function () {
  "use strict";
  var KEPT = "pouch-clock";
  var KEEP_MS = 30000;
  var body = document.body;
  var say = window.pouchWords("board");
  var speed = Number(body.getAttribute("data-speed")) || 1;
  var offset_s = Number(body.getAttribute("data-offset-s"));
  var digits = Array.from(say("digits"));
  // From how many seconds on which text, in the page's language: see web/ages.py.
  var steps = say("age_steps").split("|").map(function (step) {
    var at = step.indexOf("=");
    return { from_s: Number(step.slice(0, at)), text: step.slice(at + 1) };
  });
  var base_utc_s = Number(body.getAttribute("data-now-utc-s"));
  var base_ms = Date.now();
  var kept_ms = 0;

  function now_utc_s() {
    return base_utc_s + ((Date.now() - base_ms) / 1000) * speed;
  }

  function set_now(utc_s, new_offset_s) {
    base_utc_s = utc_s;
    base_ms = Date.now();
    offset_s = new_offset_s;
    if (base_ms - kept_ms < KEEP_MS) { return; }
    kept_ms = base_ms;
    try {
      localStorage.setItem(KEPT, JSON.stringify({ utc_s: utc_s, ms: base_ms, offset_s: offset_s }));
    } catch (error) {
      // A browser that keeps nothing shows no old page either.
    }
  }

  // A page that was kept says when it was made, not what time it is.
  function recall() {
    var kept = JSON.parse(localStorage.getItem(KEPT) || "null");
    if (kept) {
      base_utc_s = kept.utc_s;
      base_ms = kept.ms;
      offset_s = kept.offset_s;
    }
  }

  function in_digits(text) {
    return text.replace(/[0-9]/g, function (digit) { return digits[Number(digit)]; });
  }

  function two(number) {
    return (number < 10 ? "0" : "") + number;
  }

  // What a language writes for an age; null for one that is older than its table.
  function age(seconds) {
    var last = steps[steps.length - 1];
    if (seconds >= last.from_s + 86400) { return null; }
    var low = 0;
    var high = steps.length - 1;
    while (low < high) {
      var middle = (low + high + 1) >> 1;
      if (steps[middle].from_s <= seconds) { low = middle; } else { high = middle - 1; }
    }
    return steps[low].text;
  }

  function left(seconds) {
    var whole = Math.max(0, Math.ceil(seconds));
    var hours = Math.floor(whole / 3600);
    var rest = two(Math.floor((whole % 3600) / 60)) + ":" + two(whole % 60);
    return in_digits(hours ? hours + ":" + rest : rest);
  }

  function time_of_day(utc_s, with_seconds) {
    var local = new Date((utc_s + offset_s) * 1000);
    var text = two(local.getUTCHours()) + ":" + two(local.getUTCMinutes());
    return in_digits(with_seconds ? text + ":" + two(local.getUTCSeconds()) : text);
  }

  function write(element, text) {
    if (text !== null && element.textContent !== text) { element.textContent = text; }
  }

  function show() {
    var now = now_utc_s();
    write(document.getElementById("clock"), time_of_day(now, true));
    document.querySelectorAll("time.age[data-utc-s]").forEach(function (element) {
      write(element, age(now - Number(element.getAttribute("data-utc-s"))));
    });
    document.querySelectorAll(".left[data-until-utc-s]").forEach(function (element) {
      write(element, left(Number(element.getAttribute("data-until-utc-s")) - now));
    });
  }

  if (document.documentElement.hasAttribute("data-kept")) { recall(); }
  window.setInterval(show, 1000);
  show();
  window.pouchAges = {
    now_utc_s: now_utc_s,
    set_now: set_now,
    time_of_day: time_of_day,
    left: left,
    show: show,
    speed: speed,
  };
})();
