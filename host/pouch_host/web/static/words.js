// The words that a page hands to its scripts: `var say = pouchWords("board");` gives a function
// that returns the sentence of a name, with its %(place)s filled from the values given.
(function () {
  "use strict";
  // Keeps a value in one piece among letters that run the other way.
  function whole(value) {
    return document.documentElement.dir === "rtl" ? "\u2068" + value + "\u2069" : String(value);
  }

  window.pouchWords = function (script) {
    var element = document.getElementById("words-" + script);
    var words = element ? JSON.parse(element.textContent) : {};
    return function (name, values) {
      if (!Object.prototype.hasOwnProperty.call(words, name)) {
        throw new Error("no words for " + script + "." + name);
      }
      return words[name].replace(/%\((\w+)\)s/g, function (place, key) {
        return values && key in values ? whole(values[key]) : place;
      });
    };
  };
})();
