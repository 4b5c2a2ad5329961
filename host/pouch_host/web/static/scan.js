// Reads a band's code with the camera or from a photo. The picture is read in this browser, and
// nothing but the band's label is ever put into the form: a key in a code stays where it is.
(function () {
  "use strict";
  var form = document.getElementById("band-form");
  if (!form) { return; }
  var box = form.querySelector("[data-scanner]");
  var scan = form.querySelector("[data-scan]");
  var stop = form.querySelector("[data-scan-stop]");
  var photo = form.querySelector("[data-photo]");
  var view = form.querySelector("[data-view]");
  var says = form.querySelector("[data-scan-says]");
  var go = form.querySelector("[data-go]");
  var input = document.getElementById("band");
  var say = window.pouchWords("scan");
  var goWords = go.textContent;
  var stream = null;
  var reading = 0;
  // A code fills a third of a picture of this size, and an old tablet reads that in 50 ms.
  var SIDE_PX_MAX = 800;
  var LOOK_EVERY_MS = 150;

  // The label in what a code holds: "P-0012ABCD", an address that ends in it, or the label's text
  // with the key. As `web.admission.fields.band_label_of` does; a test holds the two together.
  function labelOf(text) {
    var found = /^(?:https?:\/\/\S*[/=#?]|POUCH1:)?(P-[0-9A-F]{8})(?::[0-9A-F]{32})?\/?$/i
      .exec(text.trim());
    return found ? found[1].toUpperCase() : null;
  }
  window.pouchLabelOf = labelOf;

  function showChosen() {
    var picked = form.querySelector("input[name=pick]:checked");
    var label = labelOf(input.value) || (!input.value.trim() && picked ? picked.value : null);
    go.textContent = label ? say("put_on", { band: label }) : goWords;
  }

  function choose(label) {
    input.value = label;
    form.querySelectorAll("input[name=pick]").forEach(function (one) { one.checked = false; });
    says.textContent = say("found", { band: label });
    if (navigator.vibrate) { navigator.vibrate(80); }
    showChosen();
    go.focus();
  }

  // Returns a promise of a function from canvas to a promise of texts.
  var reader = null;
  function codeReader() {
    if (!reader) {
      reader = builtIn().then(function (detector) { return detector || library(); });
      reader.catch(function () { reader = null; });
    }
    return reader;
  }

  function builtIn() {
    if (!("BarcodeDetector" in window)) { return Promise.resolve(null); }
    return window.BarcodeDetector.getSupportedFormats().then(function (formats) {
      if (formats.indexOf("qr_code") < 0) { return null; }
      var detector = new window.BarcodeDetector({ formats: ["qr_code"] });
      return function (canvas) {
        return detector.detect(canvas).then(function (codes) {
          return codes.map(function (code) { return code.rawValue; });
        });
      };
    }).catch(function () { return null; });
  }

  function library() {
    return new Promise(function (resolve, reject) {
      var script = document.createElement("script");
      script.src = "/static/vendor/jsQR.js";
      script.onload = resolve;
      script.onerror = reject;
      document.head.appendChild(script);
    }).then(function () {
      return function (canvas) {
        var pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        var code = window.jsQR(pixels.data, canvas.width, canvas.height);
        return Promise.resolve(code ? [code.data] : []);
      };
    });
  }

  function drawn(source, width, height, sideMax) {
    var scale = Math.min(1, sideMax / Math.max(width, height));
    var canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    canvas.getContext("2d", { willReadFrequently: true })
      .drawImage(source, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  // Returns "found", "other" or "nothing".
  function take(texts) {
    for (var index = 0; index < texts.length; index += 1) {
      var label = labelOf(texts[index]);
      if (label) { choose(label); return "found"; }
    }
    return texts.length ? "other" : "nothing";
  }

  function end() {
    reading += 1;
    if (stream) { stream.getTracks().forEach(function (track) { track.stop(); }); }
    stream = null;
    view.srcObject = null;
    view.hidden = true;
    stop.hidden = true;
    scan.hidden = false;
  }

  function look(read, turn) {
    if (turn !== reading) { return; }
    var ready = view.readyState >= 2 && view.videoWidth > 0;
    var texts = ready
      ? read(drawn(view, view.videoWidth, view.videoHeight, SIDE_PX_MAX))
      : Promise.resolve([]);
    texts.catch(function () { return []; }).then(function (found) {
      if (turn !== reading) { return; }
      var outcome = take(found);
      if (outcome === "found") { end(); return; }
      if (outcome === "other") { says.textContent = say("other"); }
      setTimeout(function () { look(read, turn); }, LOOK_EVERY_MS);
    });
  }

  function begin() {
    end();
    var turn = reading;
    says.textContent = say("starting");
    navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false,
    }).then(function (given) {
      if (turn !== reading) {
        given.getTracks().forEach(function (track) { track.stop(); });
        return null;
      }
      stream = given;
      view.srcObject = given;
      view.hidden = false;
      stop.hidden = false;
      scan.hidden = true;
      stop.focus();
      return Promise.all([view.play(), codeReader()]).then(function (both) {
        says.textContent = say("look");
        look(both[1], turn);
      });
    }).catch(function () {
      end();
      says.textContent = say("refused");
    });
  }

  function readPhoto() {
    var file = photo.files[0];
    if (!file) { return; }
    var address = URL.createObjectURL(file);
    var picture = new Image();
    picture.onload = function () {
      codeReader().then(function (read) {
        // A code far away needs the large picture, a creased one reads better in the small.
        return read(drawn(picture, picture.naturalWidth, picture.naturalHeight, 1600))
          .then(function (texts) {
            return texts.length ? texts : read(
              drawn(picture, picture.naturalWidth, picture.naturalHeight, SIDE_PX_MAX));
          });
      }).then(function (texts) {
        var outcome = take(texts);
        if (outcome !== "found") { says.textContent = say(outcome); }
      }).catch(function () { says.textContent = say("failed"); }).then(function () {
        URL.revokeObjectURL(address);
        photo.value = "";
      });
    };
    picture.onerror = function () {
      URL.revokeObjectURL(address);
      photo.value = "";
      says.textContent = say("failed");
    };
    picture.src = address;
  }

  box.hidden = false;
  photo.addEventListener("change", readPhoto);
  // Browsers give the camera to secure pages only.
  if (navigator.mediaDevices && navigator.mediaDevices.getUserMedia) {
    scan.hidden = false;
    scan.addEventListener("click", begin);
    stop.addEventListener("click", function () { end(); says.textContent = ""; scan.focus(); });
    window.addEventListener("pagehide", end);
  }
  // A scanner that types may type a label with its key: the key goes at once.
  input.addEventListener("input", function () {
    var label = labelOf(input.value);
    if (label && input.value.length > label.length) { input.value = label; }
    if (input.value.trim()) {
      form.querySelectorAll("input[name=pick]").forEach(function (one) { one.checked = false; });
    }
    showChosen();
  });
  form.querySelectorAll("input[name=pick]").forEach(function (one) {
    one.addEventListener("change", function () { input.value = ""; showChosen(); });
  });
  form.addEventListener("submit", function () {
    var label = labelOf(input.value);
    if (label) { input.value = label; }
  });
  showChosen();
})();
