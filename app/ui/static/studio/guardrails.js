// How near each arm is to what would stop the experiment by itself.

import { h } from "./dom.js";
import { fixed, milliseconds, percent, signedPercent } from "./numbers.js";
import { numbersTable } from "./svg.js";

export function guardrailStates({ guardrails: rails, kind }, [first, ...others]) {
  const wanted = rails.p99_ms_ratio !== null || rails.empty_rate_increase !== null;
  if (kind === "interleave" || !wanted) return null;
  const rows = others.flatMap((arm) => [slow(rails, arm, first), empty(rails, arm, first)].filter(Boolean));
  return h("section", { class: "card-like part" }, h("h2", {}, "Guardrails"),
    h("p", { class: "note" }, "An experiment stops by itself once an arm is beyond one for certain, not by chance."),
    numbersTable("Guardrails", { heads: ["Arm", "What", "Now", "Allowed", "State"], rows }));
}

function slow({ p99_ms_ratio: allowed, min_searches: least }, arm, first) {
  if (allowed === null) return null;
  const ratio = arm.p99_ms !== null && first.p99_ms ? arm.p99_ms / first.p99_ms : null;
  return [arm.name, "The slowest hundredth", `${milliseconds(arm.p99_ms)}, ${fixed(ratio, 2)} times the first arm's`,
    `${allowed} times`, state(ratio > allowed, arm, first, least)];
}

function empty({ empty_rate_increase: allowed, min_searches: least }, arm, first) {
  if (allowed === null) return null;
  const increase = arm.empty_rate - first.empty_rate;
  return [arm.name, "Searches that find nothing",
    `${percent(arm.empty_rate)}, ${signedPercent(increase)} to the first arm`,
    signedPercent(allowed), state(increase > allowed, arm, first, least)];
}

function state(beyond, arm, first, least) {
  const fewest = Math.min(arm.searches, first.searches);
  if (fewest < least) return h("span", { class: "tag" }, `Judged from ${least.toLocaleString("en")} searches on`);
  return h("span", { class: `tag ${beyond ? "removed" : "added"}` }, beyond ? "Beyond" : "Holds");
}
