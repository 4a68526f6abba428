// Before and after, side by side: what moved, what is new, what is gone, and which rules did it.

import { h } from "./dom.js";
import { moment, share } from "./format.js";
import { previewSide } from "./preview_side.js";

// `at` is the moment that was asked about, where it is not now.
export function previewResult(answer, focusedRule, at) {
  const { summary } = answer;
  const after = answer.after === "draft" ? "the draft" : `version ${answer.after}`;
  const queries = [...answer.queries].sort((one, other) => Number(other.changed) - Number(one.changed));
  return [
    h("dl", { class: "figures" },
      figure("Queries that change", `${summary.changed} of ${summary.queries}`),
      figure("Overlap of the first 10, on average", share(summary.mean_overlap_at_10)),
      typeof summary.ndcg_at_10_after === "number" && figure("nDCG@10 before and after",
        `${share(summary.ndcg_at_10_before)} → ${share(summary.ndcg_at_10_after)}`),
      at && figure("As of", moment(at))),
    queries.map((query) => queryPart(query, answer.before, after, focusedRule, queries.length === 1)),
  ];
}

const figure = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));

function queryPart(query, beforeVersion, after, focusedRule, alone) {
  const ndcg = typeof query.after.ndcg_at_10 === "number" && typeof query.before.ndcg_at_10 === "number"
    ? ` · nDCG@10 ${share(query.before.ndcg_at_10)} → ${share(query.after.ndcg_at_10)}` : "";
  return h("details", { class: "compared", open: query.changed || alone, data: { query: query.query } },
    h("summary", {}, h("strong", {}, query.query ? `“${query.query}”` : "Everything"),
      h("span", { class: `tag ${query.changed ? "changed" : "quiet-tag"}` }, query.changed ? "Changes" : "Same"),
      h("span", { class: "meta" }, `Overlap@10 ${share(query.overlap_at_10)}${ndcg}`)),
    h("div", { class: "sides" },
      previewSide(`Before: ${beforeVersion ? `version ${beforeVersion}` : "no rules"}`, { query: query.query,
        side: query.before, other: query.after, moves: "gone", moved: query.lost, focusedRule }),
      previewSide(`After: ${after}`, { query: query.query,
        side: query.after, other: query.before, moves: "new", moved: query.gained, focusedRule })));
}
