// Bars from zero, several rows on one scale: what each feature weighs.

import { signed } from "./numbers.js";
import { rowPlot } from "./row_plot.js";
import { scale } from "./scale.js";
import { plot, s } from "./svg.js";

// A row has `name` and `value`. The first `most` are drawn; the table has all.
export function barPlot({ title, note, rows, heads, most = rows.length, write = signed }) {
  const drawn = rows.slice(0, most);
  const along = scale([0, ...drawn.map(({ value }) => value)]);
  return plot({
    title, note,
    drawing: rowPlot({
      title, text: `${drawn.map(({ name, value }) => `${name}: ${write(value)}`).join("; ")}.`,
      scale: along, write, references: [{ at: 0, kind: "zero" }],
      rows: drawn.map(({ name, value }) => ({
        name, text: write(value), tone: value < 0 ? "below" : "above", lines: [(y) => bar(value, along, y)],
      })),
    }),
    table: { heads, rows: rows.map(({ name, value }) => [name, write(value)]) },
  });
}

function bar(value, along, y) {
  const [from, to] = [along.place(Math.min(0, value)), along.place(Math.max(0, value))];
  return s("rect", { class: "weight-bar", x: `${from}%`, width: `${to - from}%`, y: y - 5, height: 8, rx: 2 });
}
