// What a model has learned: weights as bars, an additive model's curves, and how far shoppers look.

import { barPlot } from "./bar_plot.js";
import { curvePlots, positionPlot } from "./curve_plot.js";
import { h } from "./dom.js";
import { percent } from "./numbers.js";

const MOST = 15;
const largest = (numbers) => Math.max(...numbers.map(Math.abs));

export function learnedSection(model) {
  const parts = [curves(model), weights(model), examination(model)].filter(Boolean);
  return h("section", { class: "card-like part" }, h("h2", {}, "What it has learned"),
    model.architecture !== "linear" && model.architecture !== "gam" && h("p", { class: "none" },
      "Its features count in combination, so that no weight says what one of them adds. The explanation of a search " +
      "shows each hit's features."),
    parts);
}

function weights({ weights: found }) {
  const rows = Object.entries(found).map(([name, value]) => ({ name, value }))
    .sort((one, other) => Math.abs(other.value) - Math.abs(one.value));
  return rows.length > 0 && barPlot({
    title: "What each feature is worth", rows, most: MOST, heads: ["Feature", "Weight"],
    note: "Added to the score where the feature is 1; all lie between 0 and 1." +
      (rows.length > MOST ? ` These are the ${MOST} that weigh most; the numbers have all.` : ""),
  });
}

function curves({ curves: found }) {
  if (!found) return null;
  const ordered = Object.entries(found.added).sort(([, one], [, other]) => spread(other) - spread(one));
  return curvePlots({ title: "What each feature adds, by its value", at: found.values, curves: ordered,
    note: "From 0 on the left to 1 on the right, all on one scale; the line across is nothing added. " +
      "Those that matter most come first." });
}

const spread = (values) => Math.max(...values) - Math.min(...values);

function examination({ examination: shares, examination_told: told }) {
  return shares.length > 0 && largest(shares) > 0 && positionPlot({
    title: "How far shoppers look", shares,
    note: `The share that looks at each position; ${percent(told, 0)} of it told by clicks, the rest assumed.`,
  });
}
