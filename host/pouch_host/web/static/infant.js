// Draws a day's temperatures: valid chest skin as a line, what is not valid in grey, the core's
// estimate as a band, and the lines that staff act on.
(function () {
  "use strict";
  var place = document.getElementById("temperature-chart");
  var button = document.getElementById("print-now");
  if (button) {
    button.addEventListener("click", function () { window.print(); });
  }
  if (!place || !window.uPlot) {
    return;
  }
  var say = window.pouchWords("infant");
  var zone = place.getAttribute("data-zone");
  // Of the picture alone: its legend comes below it.
  var height = place.clientHeight - 40;

  function lines(values) {
    return function (plot) {
      var context = plot.ctx;
      context.save();
      context.lineWidth = 1;
      context.font = "12px sans-serif";
      values.forEach(function (value) {
        var y = Math.round(plot.valToPos(value, "y", true)) + 0.5;
        if (y < plot.bbox.top || y > plot.bbox.top + plot.bbox.height) { return; }
        context.strokeStyle = "#a11212";
        context.setLineDash([6, 4]);
        context.beginPath();
        context.moveTo(plot.bbox.left, y);
        context.lineTo(plot.bbox.left + plot.bbox.width, y);
        context.stroke();
      });
      context.restore();
    };
  }

  function range(data) {
    var low = Infinity, high = -Infinity;
    ["skin", "invalid", "core"].forEach(function (name) {
      data[name].forEach(function (value) {
        if (value !== null) { low = Math.min(low, value); high = Math.max(high, value); }
      });
    });
    // The lines that matter are always in sight.
    low = Math.min(low, data.lines[0]);
    high = Math.max(high, data.lines[data.lines.length - 1]);
    return [low - 0.3, high + 0.3];
  }

  function draw(data) {
    var bounds = range(data);
    var options = {
      width: place.clientWidth,
      height: height,
      tzDate: function (utc_s) { return window.uPlot.tzDate(new Date(utc_s * 1000), zone); },
      scales: {
        x: { time: true, range: [data.begin_utc_s, data.end_utc_s] },
        y: { range: bounds }
      },
      axes: [
        { values: "{HH}:{mm}", space: 60 },
        { size: 52, values: function (plot, ticks) {
          return ticks.map(function (tick) { return tick.toFixed(1); });
        } }
      ],
      series: [
        { label: say("time"), value: "{HH}:{mm}" },
        { label: say("skin") + " " + say("unit"), stroke: "#166046", width: 2, spanGaps: false },
        { label: say("invalid"), stroke: "#9a998f", width: 1, dash: [3, 3], spanGaps: false },
        { label: say("core"), stroke: "#4d5a80", width: 1, spanGaps: false },
        // The edges of the band; the legend leaves them out (infant.css).
        { stroke: "transparent", points: { show: false } },
        { stroke: "transparent", points: { show: false } }
      ],
      bands: [{ series: [5, 4], fill: "rgba(77, 90, 128, 0.2)" }],
      hooks: { draw: [lines(data.lines)] }
    };
    var plot = new window.uPlot(options, [
      data.utc_s, data.skin, data.invalid, data.core, data.core_low, data.core_high
    ], place);
    window.addEventListener("resize", function () {
      plot.setSize({ width: place.clientWidth, height: height });
    });
    place.setAttribute("data-drawn", "yes");
  }

  window.fetch(place.getAttribute("data-source"), { credentials: "same-origin" })
    .then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.json();
    })
    .then(draw)
    .catch(function () { place.textContent = say("failed"); });
})();
