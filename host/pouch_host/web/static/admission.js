// Looks the target up in the programme's table while weight and weeks are typed.
(function () {
  "use strict";
  var print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", function () { window.print(); });
  }

  var says = document.querySelector(".by-table");
  if (!says) { return; }
  var say = window.pouchWords("admission");
  var weight = document.getElementById("weight");
  var weeks = document.getElementById("weeks");
  var days = document.getElementById("days");
  var target = document.getElementById("target");
  var fills = target.form.hasAttribute("data-fills-target");
  var rows = says.dataset.programme.split(" ").map(function (row) {
    var parts = row.split(":");
    return { fromG: Number(parts[0]), minutes: Number(parts[1]) };
  });
  // What this script has filled in itself may be filled in anew; what a person typed may not.
  var filled = "";

  function whole(input) {
    // Digits of any script that has ten of them in a row.
    var text = input.value.trim().replace(/[\u0660-\u0669\u06f0-\u06f9]/g, function (digit) {
      return String(digit.charCodeAt(0) & 15);
    });
    return /^\d+$/.test(text) ? Number(text) : null;
  }

  // As `store.programme.target_minutes` does; a test holds the two together.
  function minutesOf(weightG, gestationDays) {
    if (weightG === null) { return null; }
    var place = 0;
    rows.forEach(function (row, index) { if (row.fromG <= weightG) { place = index; } });
    var found = rows[place].minutes;
    var early = gestationDays !== null && gestationDays < Number(says.dataset.earlyDays);
    return early && place > 0 ? Math.max(found, rows[place - 1].minutes) : found;
  }

  function show() {
    var weekCount = whole(weeks);
    var gestationDays = weekCount === null ? null : 7 * weekCount + (whole(days) || 0);
    var minutes = minutesOf(whole(weight), gestationDays);
    says.hidden = minutes === null;
    if (minutes === null) { return; }
    var hours = String(Math.round(minutes / 60 * 100) / 100);
    says.textContent = say("by_table", { hours: hours });
    if (fills && target.value === filled) {
      target.value = filled = hours;
    }
  }

  [weight, weeks, days].forEach(function (input) { input.addEventListener("input", show); });
  show();
})();
