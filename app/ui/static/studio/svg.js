// Makes SVG elements, and the frame that every plot stands in: drawn for the eye, described for
// the ear, and with the same numbers as a table for both.

import { h, newId } from "./dom.js";

const MANY = 4;
const SVG = "http://www.w3.org/2000/svg";

export function s(tag, props, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

// `size` is what else the drawing needs: its height, or its view box.
export function picture({ title, text, size }, ...parts) {
  const names = newId("plot");
  return s("svg", { role: "img", "aria-labelledby": `${names}-title`, "aria-describedby": `${names}-text`, ...size },
    s("title", { id: `${names}-title` }, title), s("desc", { id: `${names}-text` }, text), parts);
}

// `legend` has a pair of kind and words for each kind of mark; `table` the heads and the rows.
export function plot({ title, note, legend = [], drawing, table }) {
  return h("figure", { class: "plot" },
    h("figcaption", {}, h("h3", {}, title), note && h("p", { class: "note" }, note),
      legend.length > 1 && h("ul", { class: "legend", role: "list" },
        legend.map(([kind, words]) => h("li", {}, sample(kind), words)))),
    drawing,
    h("details", { class: "numbers" }, h("summary", {}, "The numbers"), numbersTable(title, table)));
}

// One with many columns becomes a block for each row where the window is narrow.
export const numbersTable = (caption, { heads, rows }) =>
  h("div", { class: "wide" },
    h("table", { class: `numbers-table${heads.length > MANY ? " stacks" : ""}` },
      h("caption", { class: "unseen" }, caption),
      h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, rows.map(([name, ...cells]) =>
        h("tr", {}, h("th", { scope: "row" }, name),
          cells.map((cell, n) => h("td", { data: { head: heads[n + 1] } }, cell)))))));

// A mark of one kind at a place; `x` may be a share of the width.
export const dot = (kind, x, y) =>
  (kind === "retrieval"
    // A square that stands on its corner; it has to be moved whole, since a path knows no shares.
    ? s("svg", { x, y, class: "whole" }, s("path", { class: `dot ${kind}`, d: "M0-5.6 5.6 0 0 5.6-5.6 0z" }))
    : s("circle", { class: `dot ${kind}`, cx: x, cy: y, r: 5 }));

const sample = (kind) =>
  s("svg", { width: 14, height: 14, "aria-hidden": "true" }, dot(kind, 7, 7));
