// Makes signing in quick on a tablet: a pad of digits under the field, and a countdown while nobody
// may try. Without it the field and the form do all that is needed; the server's time decides.
(function () {
  "use strict";

  function pad(form) {
    var field = form.querySelector("input[type=password]");
    var keys = form.querySelector("[data-pad]");
    keys.hidden = false;
    // A finger has the pad; a keyboard of the tablet would cover it. Real keys go on working.
    if (window.matchMedia("(pointer: coarse)").matches) {
      field.inputMode = "none";
    }
    keys.addEventListener("click", function (event) {
      var key = event.target.closest("button");
      if (!key) {
        return;
      }
      if (key.hasAttribute("data-clear")) {
        field.value = "";
      } else if (key.hasAttribute("data-back")) {
        field.value = field.value.slice(0, -1);
      } else {
        field.value += key.getAttribute("data-digit");
      }
    });
  }

  function time(left) {
    var minutes = Math.floor(left / 60);
    var seconds = String(left % 60).padStart(2, "0");
    return minutes + ":" + seconds;
  }

  function countDown(notice) {
    var say = window.pouchWords("people");
    var wait = notice.querySelector("[data-wait]");
    var over = notice.querySelector("[data-over]");
    var end = Date.now() + 1000 * Number(notice.getAttribute("data-left-s"));
    // Read out once, and not again each second.
    notice.removeAttribute("role");
    function show() {
      var left = Math.ceil((end - Date.now()) / 1000);
      if (left > 0) {
        wait.textContent = say("wait", { time: time(left) });
        window.setTimeout(show, 1000);
        return;
      }
      wait.hidden = true;
      over.hidden = false;
      notice.setAttribute("role", "status");
    }
    show();
  }

  document.querySelectorAll("[data-pin]").forEach(pad);
  document.querySelectorAll("[data-left-s]").forEach(countDown);
})();
