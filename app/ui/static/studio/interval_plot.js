// Dots with their 95 % intervals, several rows on one scale: nDCG by version, differences by part.

import { fixed, hasInterval, interval, middle } from "./numbers.js";
import { rowPlot } from "./row_plot.js";
import { scale } from "./scale.js";
import { dot, plot, s } from "./svg.js";

// A row has `name` and `marks`, each with its `estimate` and `kind`, and where there is no room for
// all of it a shorter `text`. Where there is a `zero`, a row
// of one mark is toned by the side that its whole interval lies on. `limit` is a dashed line.
// `table` says its numbers in other words; `note` what to read out of it.
export function intervalPlot({ title, note, rows, legend, zero, limit, least, write = fixed, ticks = write, table }) {
  const drawn = rows.filter((row) => row.marks.some(({ estimate }) => estimate));
  const numbers = drawn.flatMap(({ marks }) => marks.flatMap(({ estimate }) => ends(estimate)));
  const along = scale([...numbers, ...[zero, limit].filter((at) => at !== undefined)], { least });
  const references = [
    limit !== undefined && { at: limit, kind: "limit" }, zero !== undefined && { at: zero, kind: "zero" },
  ].filter(Boolean);
  const words = (row) => {
    const values = row.marks.map(({ estimate }) => interval(estimate, write)).join(" · ");
    return row.text ? `${values} (${row.text})` : values;
  };
  return plot({
    title, note, legend,
    drawing: rowPlot({
      title, text: `${drawn.map((row) => `${row.name}: ${words(row)}`).join("; ")}.`,
      scale: along, references, write: ticks,
      rows: drawn.map((row) => ({
        name: row.name,
        text: row.text ?? words(row),
        tone: row.tone ?? (zero !== undefined && row.marks.length === 1 ? side(row.marks[0].estimate, zero) : ""),
        lines: row.marks.map(({ estimate, kind }) => (y) => intervalMark(estimate, kind ?? "mine", along, y)),
      })),
    }),
    table: table ?? { heads: ["", "Value [95 % interval]"], rows: drawn.map((row) => [row.name, words(row)]) },
  });
}

const ends = (estimate) =>
  (estimate ? [middle(estimate), ...(hasInterval(estimate) ? [estimate.low, estimate.high] : [])] : []);

// Colour says again what the interval and zero say already.
function side(estimate, zero = 0) {
  if (!hasInterval(estimate)) return "";
  if (estimate.low > zero) return "above";
  return estimate.high < zero ? "below" : "";
}

function intervalMark(estimate, kind, along, y) {
  if (!estimate) return null;
  const line = (from, to, up) => s("line", { class: `whisker ${kind}`,
    x1: along.at(from), x2: along.at(to), y1: y - up, y2: y + up });
  return [
    hasInterval(estimate) && [
      line(estimate.low, estimate.high, 0), line(estimate.low, estimate.low, 4), line(estimate.high, estimate.high, 4),
    ],
    dot(kind, along.at(middle(estimate)), y),
  ];
}
