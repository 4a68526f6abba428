// Models, trainings and the gate's verdicts in plain words. Pure functions of what the API answers.

import { count, date, moment } from "./format.js";
import { fixed, signed } from "./numbers.js";

export const ARCHITECTURES = {
  linear: "Linear", dnn: "Deep network", gam: "Additive", attention: "Attention over the list",
};

export const ARCHITECTURE_CHOICES = [
  ["linear", "Linear: a weight for each feature"],
  ["gam", "Additive: a curve for each feature"],
  ["dnn", "Deep network: features in combination"],
  ["attention", "Attention: each hit beside the others of its list"],
];

export const BIAS_CHOICES = [
  ["ipw", "Inverse propensity: rare looks count for more"],
  ["click-em", "ClickEM: looking and liking told apart"],
  ["two-tower", "Two towers: one learns the position's part"],
  ["none", "Not at all"],
];

const BIASES = {
  ipw: "position corrected by inverse propensity", "click-em": "position corrected by ClickEM",
  "two-tower": "position corrected by a second tower", none: "position not corrected",
};

// The version holds the moment of its training, by which people know it; the rest is a digest.
export const nameOf = (model) => moment(model.created_at);

const VERSION = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/;

export function versionName(version) {
  if (!version) return "no model";
  if (version === "retrieval") return "the order of retrieval";
  const [, year, month, date, hour, minute, second] = VERSION.exec(version) ?? [];
  return year ? `the model of ${moment(`${year}-${month}-${date}T${hour}:${minute}:${second}Z`)}` : `model ${version}`;
}

// A sentence's beginning; a formula stays as it is.
export const begun = (words) =>
  (/^[a-z]+\(/.test(words) ? words : words.charAt(0).toUpperCase() + words.slice(1));

function learnedFrom({ window, judgments, queries, judged_pairs: pairs }) {
  const parts = [];
  const asked = count(queries, "query", "queries");
  if (window) {
    parts.push(`${count(window.learned, "list")} from ${date(window.since)} to ${date(window.split)}, on ${asked}`);
  }
  if (judgments) parts.push(`${count(pairs, "judgment")}${window ? "" : ` of ${asked}`} (${judgments})`);
  return parts.join(", and ") || "nothing that is known";
}

export function sentenceOf(model) {
  const how = model.bias && model.window ? `, ${BIASES[model.bias] ?? model.bias}` : "";
  return `${ARCHITECTURES[model.architecture] ?? model.architecture}${how}. Learned from ${learnedFrom(model)}.`;
}

export const biasWords = (bias) => begun(BIASES[bias] ?? bias ?? "position not corrected");

// [kind of tag, its text]
export function gateTag({ gate }) {
  if (!gate) return ["off", "Not at the gate"];
  return gate.passed ? ["changed", "Passed the gate"] : ["removed", "Refused"];
}

// The gate's own reasons, from which the verdict in front is taken.
export const reasonWords = (reason) =>
  reason.replace(/^(worse|better): /, "$1 on ").replaceAll(/(^|[ [])-(?=\d)/g, "$1−");

const PARTS = {
  all: "All", head: "Head", torso: "Torso", tail: "Tail", "never clicked": "Never clicked", "new items": "New items",
};

export const PARTS_EXPLAINED =
  "The head are the most frequent queries, which make up half of the lists; the torso is what makes up " +
  "nine tenths with it; the tail is the rest. " +
  "Never clicked are queries that the model saw no click on.";

export const SOURCES = { "held-out lists": "Lists held out", judgments: "Judgments" };

// What was held out is told by what shoppers chose there; the other by grades.
export const partName = (segment) => PARTS[segment] ?? segment;

export const AGAINST = { champion: "what was live", retrieval: "plain retrieval" };

export function verdictWords({ verdict, difference, margin, lists }) {
  if (verdict === "too few") return `too few to tell (${lists})`;
  if (verdict === "worse") return "worse";
  if (verdict === "better") return "better";
  return difference.mean < 0 ? `not worse than ${signed(-margin, 2)} allows` : "not worse";
}

const FIGURES = {
  "clicks_ndcg@10": "nDCG@10 on held-out lists",
  "clicks_ndcg@10_over_champion": "nDCG@10 on held-out lists, over what was live",
  "clicks_ndcg@10_over_retrieval": "nDCG@10 on held-out lists, over plain retrieval",
  "judgments_ndcg@10": "nDCG@10 on judgments",
  "judgments_ndcg@10_over_champion": "nDCG@10 on judgments, over what was live",
  "judgments_ndcg@10_over_retrieval": "nDCG@10 on judgments, over plain retrieval",
  "ndcg@10": "nDCG@10, cross-validated",
};

export const figureName = (name) => FIGURES[name] ?? name;
export const isDifference = (name) => name.includes("_over_");

// The figures that are worth a place in a list.
export function mainFigures({ metrics }) {
  const names = ["judgments_ndcg@10", "clicks_ndcg@10", "ndcg@10"].filter((name) => metrics[name]);
  return names.map((name) => [figureName(name), metrics[name]]);
}

const PHASES = {
  starting: "Starting", "waiting for another training": "Waiting for another training",
  "reading the log": "Reading what shoppers did", "estimating position bias": "Estimating how far shoppers look",
  training: "Training", "the gate": "Standing before the gate", "keeping the model": "Putting the model away",
  "retrieving judged queries": "Asking the judged queries",
  "cross-validating judgments": "Cross-validating the judgments",
  done: "Done",
};

export const phaseWords = (progress) =>
  (progress?.phase ? PHASES[progress.phase] ?? begun(progress.phase) : "Waiting to be taken up");

export const share = (progress) =>
  (progress?.steps > 0 && progress.done >= 0 ? Math.min(1, progress.done / progress.steps) : null);

export const stepsWords = (progress) =>
  (share(progress) === null ? "" : ` (${fixed(progress.done, 0)} of ${fixed(progress.steps, 0)})`);
