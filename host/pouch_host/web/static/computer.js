/* Keeps what the board says of the ward's computer up to date. Without scripts, the page that
   loads again does. */
"use strict";

(function () {
  const EVERY_MS = 20000;
  const place = document.getElementById("computer");
  if (!place) {
    return;
  }

  async function refresh() {
    try {
      const answer = await fetch("/system/notices", { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) {
        return;
      }
      const html = await answer.text();
      if (html !== place.dataset.shown) {
        // Set only when it is another one: a screen reader says each change aloud.
        place.innerHTML = html;
        place.dataset.shown = html;
      }
    } catch (error) {
      // Without a network the board itself says so.
    }
  }

  setInterval(refresh, EVERY_MS);
})();
