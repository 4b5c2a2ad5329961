// The tones for alerts that ring: at once when one begins to, then once a minute until none does.
//
//   off ---tap---> on ---pause---> paused, for some minutes ---over, or a new high one---> on
//
// Browsers are silent until somebody has touched the page. That is said on the screen: a silent
// tablet looks just like one on which nothing rings.
(function () {
  "use strict";
  var KEPT_ON = "pouch-sound";
  var KEPT_PAUSE = "pouch-sound-pause";
  var AGAIN_MS = 60000;
  var MINUTE_MS = 60000;
  var PAUSE_MAX_MS = 10 * MINUTE_MS;
  var GRAVEST_FIRST = ["high", "medium", "low", "technical"];

  // What follows from what rings. No time and no browser in here: `now_ms` is handed in.
  //
  // state: {until_ms: end of the pause or 0, heard: {name: true}, last_ms: of the last tones}
  // ringing: [{name, priority}]; the name changes when an alert rings anew for getting no better.
  function next(state, ringing, now_ms) {
    var fresh = ringing.filter(function (one) { return !state.heard[one.name]; });
    var broken = fresh.some(function (one) { return one.priority === "high"; });
    // A tablet's clock may be set back: no pause is longer than the longest that can be chosen.
    var paused = now_ms < state.until_ms && state.until_ms - now_ms <= PAUSE_MAX_MS;
    var until_ms = broken || !paused ? 0 : state.until_ms;
    var heard = {};
    ringing.forEach(function (one) { heard[one.name] = true; });
    var due = fresh;
    if (!fresh.length && Math.abs(now_ms - state.last_ms) >= AGAIN_MS) { due = ringing; }
    // What began in a pause is heard when that ends, unless it is seen to before.
    if (until_ms) { due = []; }
    var play = GRAVEST_FIRST.find(function (priority) {
      return due.some(function (one) { return one.priority === priority; });
    }) || null;
    return {
      play: play,
      state: {
        until_ms: until_ms,
        heard: heard,
        last_ms: play ? now_ms : (until_ms ? now_ms - AGAIN_MS : state.last_ms),
      },
    };
  }

  // [start in s, length in s] of each tone; groups of 2 x 5, 3 and 1 as monitors have them.
  var FIVE = [0, 0.25, 0.5, 0.9, 1.15];
  var PATTERNS = {
    high: { hz: 880, volume: 0.5, starts_s: FIVE.concat(FIVE.map(function (s) { return s + 2; })), length_s: 0.15 },
    medium: { hz: 660, volume: 0.4, starts_s: [0, 0.35, 0.7], length_s: 0.2 },
    low: { hz: 520, volume: 0.3, starts_s: [0], length_s: 0.3 },
    technical: { hz: 392, volume: 0.12, starts_s: [0], length_s: 0.35 },
  };
  var RAMP_S = 0.02;

  function play(context, priority) {
    var pattern = PATTERNS[priority];
    var begin_s = context.currentTime + 0.05;
    pattern.starts_s.forEach(function (start_s) {
      var tone = context.createOscillator();
      var gain = context.createGain();
      var at_s = begin_s + start_s;
      var end_s = at_s + pattern.length_s;
      tone.type = "triangle";
      tone.frequency.value = pattern.hz;
      gain.gain.setValueAtTime(0, at_s);
      gain.gain.linearRampToValueAtTime(pattern.volume, at_s + RAMP_S);
      gain.gain.setValueAtTime(pattern.volume, end_s - RAMP_S);
      gain.gain.linearRampToValueAtTime(0, end_s);
      tone.connect(gain);
      gain.connect(context.destination);
      tone.start(at_s);
      tone.stop(end_s);
    });
  }

  window.pouchSound = { next: next, PATTERNS: PATTERNS, look: function () {} };
  var panel = document.getElementById("sound");
  var Context = window.AudioContext || window.webkitAudioContext;
  if (!panel || !Context) { return; }

  var on = document.getElementById("sound-on");
  var pause = document.getElementById("sound-pause");
  var resume = document.getElementById("sound-resume");
  var left = document.getElementById("sound-left");
  var context = null;
  var state = { until_ms: 0, heard: {}, last_ms: 0 };

  function recall(key) {
    try { return JSON.parse(localStorage.getItem(key) || "null"); } catch (error) { return null; }
  }

  function keep(key, value) {
    try { localStorage.setItem(key, JSON.stringify(value)); } catch (error) { /* kept by the page */ }
  }

  function is_on() {
    return context !== null && context.state === "running";
  }

  function show() {
    var paused = is_on() && state.until_ms > 0;
    panel.hidden = false;
    on.hidden = is_on();
    pause.hidden = !is_on() || paused;
    resume.hidden = !paused;
    if (paused) { left.textContent = window.pouchAges.left((state.until_ms - Date.now()) / 1000); }
  }

  function ringing() {
    return Array.from(document.querySelectorAll("#cards [data-ringing]")).map(function (element) {
      return {
        name: element.getAttribute("data-alert"),
        priority: element.getAttribute("data-priority"),
      };
    });
  }

  function look() {
    if (is_on()) {
      var before_ms = state.until_ms;
      var found = next(state, ringing(), Date.now());
      state = found.state;
      // What is being paused lives through a reload, with what had been heard by then.
      if (state.until_ms || before_ms) { keep(KEPT_PAUSE, state.until_ms ? state : null); }
      if (found.play) { play(context, found.play); }
    }
    show();
  }

  function switch_on() {
    if (!context) {
      context = new Context();
      context.onstatechange = look;
    }
    context.resume().then(function () {
      keep(KEPT_ON, true);
      look();
    });
  }

  on.addEventListener("click", switch_on);
  pause.addEventListener("click", function (event) {
    var button = event.target.closest("[data-pause-min]");
    if (!button) { return; }
    state.until_ms = Date.now() + Number(button.getAttribute("data-pause-min")) * MINUTE_MS;
    pause.open = false;
    look();
  });
  resume.addEventListener("click", function () {
    state.until_ms = 0;
    keep(KEPT_PAUSE, null);
    look();
  });

  // Who had it on before a reload has it on again with the first touch of anything.
  if (recall(KEPT_ON)) {
    ["click", "touchend", "keydown"].forEach(function (kind) {
      document.addEventListener(kind, function () { if (!is_on()) { switch_on(); } }, true);
    });
    // Browsers that know the page well allow it without a touch.
    switch_on();
  }
  var kept = recall(KEPT_PAUSE);
  if (kept && kept.until_ms > Date.now()) { state = kept; }
  window.pouchSound.look = look;
  window.setInterval(look, 1000);
  look();
})();
