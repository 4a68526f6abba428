// Curves, many small ones on one scale: what an additive model adds by each feature's value.

import { h } from "./dom.js";
import { fixed, signed } from "./numbers.js";
import { numbersTable, picture, s } from "./svg.js";

const WIDE = 100;
const HIGH = 40;
const INSET = 2;

const frame = (numbers) => {
  const [low, high] = [Math.min(0, ...numbers), Math.max(0, ...numbers)];
  const size = high - low || 1;
  return (number) => (HIGH - INSET - ((HIGH - 2 * INSET) * (number - low)) / size).toFixed(2);
};

const line = (values, across, up) =>
  values.map((value, n) => `${n ? "L" : "M"}${across(n)} ${up(value)}`).join("");

function drawing(title, text, values, up) {
  const across = (n) => ((WIDE * n) / Math.max(1, values.length - 1)).toFixed(2);
  return picture({ title, text, size: { class: "curve", viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none" } },
    s("line", { class: "zero-line", x1: 0, x2: WIDE, y1: up(0), y2: up(0) }),
    s("path", { class: "curve-line", d: line(values, across, up) }));
}

const curveWords = (values, ends) =>
  `From ${ends}; least ${signed(Math.min(...values), 2)}, most ${signed(Math.max(...values), 2)}.`;

// `curves` has a name and as many numbers as `at` for each.
export function curvePlots({ title, note, at, curves }) {
  const up = frame(curves.flatMap(([, values]) => values));
  const picks = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (at.length - 1)));
  return h("figure", { class: "plot" },
    h("figcaption", {}, h("h3", {}, title), note && h("p", { class: "note" }, note)),
    h("ul", { class: "curves", role: "list" }, curves.map(([name, values]) => {
      const ends = `${signed(values[0], 2)} → ${signed(values.at(-1), 2)}`;
      return h("li", {}, h("span", { class: "curve-name" }, name), h("span", { class: "meta" }, ends),
        drawing(name, curveWords(values, ends), values, up));
    })),
    h("details", { class: "numbers" }, h("summary", {}, "The numbers"),
      numbersTable(title, {
        heads: ["Feature", ...picks.map((n) => `at ${fixed(at[n], 2)}`)],
        rows: curves.map(([name, values]) => [name, ...picks.map((n) => signed(values[n]))]),
      })));
}

// One curve of shares by position, the first being 1 or so.
export function positionPlot({ title, note, shares }) {
  const up = frame([...shares, 1]);
  const some = shares.map((share, n) => [n + 1, share]).filter(([n]) => n <= 5 || n % 5 === 0);
  const words = some.map(([n, share]) => `${n}: ${fixed(share, 2)}`).join(", ");
  return h("figure", { class: "plot" },
    h("figcaption", {}, h("h3", {}, title), note && h("p", { class: "note" }, note)),
    h("div", { class: "curves one" }, drawing(title, `By position, ${words}.`, shares, up),
      h("p", { class: "ends meta" }, h("span", {}, "position 1"), h("span", {}, `position ${shares.length}`))),
    h("details", { class: "numbers" }, h("summary", {}, "The numbers"),
      numbersTable(title, { heads: ["Position", "Share that looks at it"],
        rows: shares.map((share, n) => [String(n + 1), fixed(share)]) })));
}
