// Loads the page again while it is looked at. Where that fails, because the phone has no network,
// the page stays and says that it is old; so does one that was kept while the phone slept.
(function () {
  "use strict";
  var reloadMs = 1000 * Number(document.currentScript.dataset.reloadS);
  var loadedMs = Date.now();
  var isAsking = false;

  function ageMs() { return Date.now() - loadedMs; }

  function look() {
    // One load that failed may be chance.
    document.body.classList.toggle("is-aged", ageMs() > 2.5 * reloadMs);
    if (document.hidden || !navigator.onLine || isAsking || ageMs() < reloadMs) { return; }
    isAsking = true;
    // Asked for first: a browser that cannot load a page shows an error in its place.
    fetch(window.location.href, { cache: "no-store" }).then(function (answer) {
      if (answer.status < 500 && answer.status !== 429) { window.location.reload(); }
    }).catch(function () { /* The page stays, and grows old. */ }).then(function () {
      isAsking = false;
    });
  }

  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", look);
  window.addEventListener("online", look);
  setInterval(look, 5000);
})();
