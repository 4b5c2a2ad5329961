// Keeps the page honest: it says so when nothing has been heard from the server for a while,
// because numbers that stand still look just like numbers that are fine.
// Written for old tablets; where htmx itself does not run, the page is loaded again instead.
(function () {
  "use strict";
  var lost = document.getElementById("lost");
  var silence_ms = Number(document.body.getAttribute("data-silence-ms"));
  var reload_ms = Number(document.body.getAttribute("data-reload-ms"));
  var timer = null;

  function say_lost() {
    lost.hidden = false;
    document.body.classList.add("is-lost");
  }

  function heard() {
    lost.hidden = true;
    document.body.classList.remove("is-lost");
    window.clearTimeout(timer);
    timer = window.setTimeout(say_lost, silence_ms);
  }

  if (!window.htmx) {
    window.setTimeout(function () { window.location.reload(); }, reload_ms);
    return;
  }
  document.addEventListener("htmx:sse:after:message", heard);
  heard();
})();
