// What an experiment shows: each arm's figures, how far they are from the first one's, and whether
// the experiment itself can be trusted.

import { h, icon } from "./dom.js";
import { METRICS } from "./experiment_words.js";
import { guardrailStates } from "./guardrails.js";
import { interleavingResult } from "./interleaving_result.js";
import { intervalPlot } from "./interval_plot.js";
import { begun } from "./model_words.js";
import { interval, milliseconds, percent, probability, signed, signedPercent, signedPercentTick } from "./numbers.js";
import { numbersTable } from "./svg.js";

export function experimentResults(experiment, results) {
  const { arms, sample_ratio: ratio, interleaving, method } = results;
  const searches = arms.reduce((sum, arm) => sum + arm.searches, 0);
  if (!searches) {
    return h("section", { class: "card-like part" }, h("h2", {}, "Results"),
      h("p", { class: "none" }, "No shopper has searched in it yet. Searches count that carry a client_id."));
  }
  return [
    ratio && sampleRatio(ratio),
    h("section", { class: "card-like part" }, h("h2", {}, "Results"),
      interleaving && interleavingResult(experiment, interleaving),
      interleaving ? null : h("div", { class: "plots" }, arms.slice(1).map((arm) => differencePlot(arm, arms[0]))),
      h("h3", { class: "checks-head" }, interleaving ? "Over all" : "Each arm"), armTable(arms),
      h("p", { class: "note" }, `${begun(method)}.`)),
    guardrailStates(experiment, arms),
  ];
}

function sampleRatio({ expected, observed, p_value: p, ok, threshold }) {
  const seen = Object.entries(observed).map(([arm, clients]) => `${arm} ${clients.toLocaleString("en")}`).join(", ");
  const wanted = Object.entries(expected).map(([arm, share]) => `${arm} ${percent(share)}`).join(", ");
  return ok
    ? h("p", { class: "meta sample-ratio" },
      `Shoppers were dealt out as the weights say: ${seen} (p ${probability(p)}).`)
    : h("section", { class: "problems sample-ratio" }, icon("warn"), h("div", {},
      h("h2", {}, "The shoppers were not dealt out as the weights say"),
      h("p", {}, `Expected ${wanted}; there are ${seen}. By chance that is rarer than ${threshold} ` +
        `(p ${probability(p)}), so nothing below can be trusted until it is known why.`)));
}

// On one scale, since the first arm's own value is what each difference is a share of.
function differencePlot(arm, first) {
  const rows = Object.entries(METRICS).filter(([name]) => arm.metrics[name]?.to_first).map(([name, [words, write]]) => {
    const { difference, relative, p_value: p } = arm.metrics[name].to_first;
    const base = first.metrics[name].value;
    const part = (number) => (number === null || !base ? null : number / base);
    return { name, words, write, difference, p,
      relative: relative === null ? null
        : { value: relative, low: part(difference.low), high: part(difference.high) } };
  });
  return intervalPlot({
    title: `${arm.name} beside ${first.name}`, zero: 0, write: signedPercent,
    note: "How far its figures are from the first arm's, as a share of those, with 95 % intervals. " +
      "What crosses the line may be chance.",
    ticks: signedPercentTick,
    rows: rows.filter(({ relative }) => relative).map(({ words, relative, p }) =>
      ({ name: words, text: `${signedPercent(relative.value)}, p ${probability(p)}`,
        marks: [{ estimate: relative }] })),
    table: {
      heads: ["", "Difference [95 % interval]", "As a share", "p"],
      rows: rows.map(({ name, words, difference, relative, p }) => [words,
        interval(difference, name === "click_through_rate" ? signedPercent : signed),
        relative ? interval(relative, signedPercent) : "–", probability(p)]),
    },
  });
}

const ARM_ROWS = [
  ["Shoppers", ({ clients }) => clients.toLocaleString("en")],
  ["Searches", ({ searches }) => searches.toLocaleString("en")],
  ["Clicks", ({ clicks }) => clicks.toLocaleString("en")],
  ["Carts", ({ carts }) => carts.toLocaleString("en")],
  ["Purchases", ({ purchases }) => purchases.toLocaleString("en")],
  ["Revenue", ({ revenue }) => revenue.toLocaleString("en", { maximumFractionDigits: 2 })],
  ...Object.entries(METRICS).map(([name, [words, write]]) =>
    [words, ({ metrics }) => (metrics[name] ? interval(metrics[name], write) : "–")]),
  ["Searches that found nothing", ({ empty_rate: rate }) => percent(rate)],
  ["Searches with a fallback", ({ degraded_searches: degraded }) => degraded.toLocaleString("en")],
  ["Half of them within", ({ p50_ms: ms }) => milliseconds(ms)],
  ["99 of 100 within", ({ p99_ms: ms }) => milliseconds(ms)],
];

const armTable = (arms) => numbersTable("Each arm", {
  heads: ["", ...arms.map(({ name }) => name)],
  rows: ARM_ROWS.map(([words, of]) => [words, ...arms.map(of)]),
});
