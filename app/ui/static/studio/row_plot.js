// The plot of one row for each thing: its name and its figure on a line, its marks beneath, all
// on one scale with ticks at the foot. Interval plots and bar plots are made of it.

import { picture, s } from "./svg.js";

const TOP = 6;
const NAME = 17;
const MARK = 15;
const GAP = 11;
const AXIS = 22;

// A row has `name`, `text`, `tone` and `lines`: for each line of marks, what draws it at a height.
// `references` are lines across all rows: `{ at, kind }`.
export function rowPlot({ title, text, rows, scale, references = [], write }) {
  const height = (row) => NAME + MARK * row.lines.length + GAP;
  const foot = TOP + rows.reduce((sum, row) => sum + height(row), 0);
  const across = (kind, x) => s("line", { class: kind, x1: x, x2: x, y1: TOP, y2: foot });
  const parts = [];
  let y = TOP;
  for (const row of rows) {
    parts.push(s("g", { class: `row-of-plot ${row.tone ?? ""}` },
      s("text", { class: "name", x: "0", y: y + 12 }, row.name),
      s("text", { class: "figure", x: "100%", y: y + 12, "text-anchor": "end" }, row.text),
      row.lines.map((draw, n) => draw(y + NAME + MARK * (n + 0.5)))));
    y += height(row);
  }
  return picture({ title, text, size: { class: "rows-plot", width: "100%", height: foot + AXIS } },
    scale.ticks.map((tick) => across("tick", scale.at(tick))),
    references.map(({ at, kind }) => across(`reference ${kind}`, scale.at(at))),
    parts,
    scale.ticks.map((tick) => s("text", { class: "tick-label", x: scale.at(tick), y: foot + 15,
      "text-anchor": "middle" }, write(tick, scale.digits))));
}
