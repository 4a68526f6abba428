// Experiments in plain words. Pure functions of what the API answers.

import { ago, moment } from "./format.js";
import { versionName } from "./model_words.js";
import { fixed, percent } from "./numbers.js";

export const nameOf = ({ name, key }) => name || key;

const TAGS = {
  draft: ["off", "Draft"], scheduled: ["soon", "Scheduled"], running: ["added", "Running"],
  ended: ["quiet-tag", "Ended"], stopped: ["removed", "Stopped"],
};

// [kind of tag, its text]
export const statusTag = ({ status }) => TAGS[status] ?? ["quiet-tag", status];

const rulesWords = (version) =>
  version === 0 ? "no rules" : version && `version ${version} of the rules`;

export function armWords({ model_version: model, ruleset_version: rules }) {
  const parts = [model && versionName(model), rulesWords(rules)].filter(Boolean);
  return parts.join(" with ") || "what is live";
}

export function shareOf(arm, arms) {
  return arm.weight / arms.reduce((sum, { weight }) => sum + weight, 0);
}

export function sentenceOf({ kind, arms }) {
  const parts = arms.map((arm) =>
    `${kind === "interleave" ? "" : `${percent(shareOf(arm, arms), 0)} `}${arm.name} (${armWords(arm)})`);
  const listed = `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
  return kind === "interleave" ? `Interleaves the hits of ${listed}.` : `Splits shoppers: ${listed}.`;
}

export function timeWords({ status, starts_at: starts, ends_at: ends, stopped_at: stopped, ...made }) {
  return [
    `created ${ago(made.created_at)} by ${made.created_by}`,
    starts && `${status === "scheduled" ? "starts" : "started"} ${moment(starts)}`,
    stopped ? `stopped ${moment(stopped)}` : ends && `${status === "ended" ? "ended" : "ends"} ${moment(ends)}`,
  ].filter(Boolean).join(" · ");
}

const two = (number) => fixed(number, 2);

// Name, and how a value of it is written.
export const METRICS = {
  click_through_rate: ["Click-through rate", percent],
  clicks_per_search: ["Clicks per search", fixed],
  mean_reciprocal_rank: ["First click’s place (MRR)", fixed],
  carts_per_search: ["Carts per search", fixed],
  purchases_per_search: ["Purchases per search", fixed],
  revenue_per_search: ["Revenue per search", two],
};
