// Before and after, side by side: what moved, what is new, what is gone, and which rules did it.

import { h, icon, outward } from "./dom.js";
import { price, share } from "./format.js";
import { picture } from "./item_picker.js";
import { address } from "./router.js";

export function previewResult(answer, focusedRule) {
  const { summary } = answer;
  const after = answer.after === "draft" ? "the draft" : `version ${answer.after}`;
  const queries = [...answer.queries].sort((one, other) => Number(other.changed) - Number(one.changed));
  return [
    h("dl", { class: "figures" },
      figure("Queries that change", `${summary.changed} of ${summary.queries}`),
      figure("Overlap of the first 10, on average", share(summary.mean_overlap_at_10)),
      typeof summary.ndcg_at_10_after === "number" && figure("nDCG@10 before and after",
        `${share(summary.ndcg_at_10_before)} → ${share(summary.ndcg_at_10_after)}`)),
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
      side(`Before: ${beforeVersion ? `version ${beforeVersion}` : "no rules"}`, query.before, "gone", focusedRule),
      side(`After: ${after}`, query.after, "new", focusedRule)));
}

function side(title, { hits, applied_rules: applied, redirect, banners }, alone, focusedRule) {
  return h("section", { class: `side ${alone}` },
    h("h3", {}, title),
    h("p", { class: "fired" }, applied.length
      ? applied.map(({ id, name }) => h("a", { href: address(["rules", "edit", id]),
        class: `fired-rule${id === focusedRule ? " this" : ""}` }, icon("rule"), name || id))
      : h("span", { class: "absent" }, "No rule fired")),
    redirect && h("p", { class: "banner-line" }, "Sends the shopper to ", outward(redirect)),
    (banners ?? []).map((banner) => h("p", { class: "banner-line" },
      h("strong", {}, banner.title), banner.text && ` ${banner.text}`)),
    hits.length
      ? h("ol", { class: "hits" }, hits.map((hit) => hitRow(hit, alone)))
      : !redirect && h("p", { class: "none" }, "Nothing is found."));
}

function hitRow(hit, alone) {
  const meta = [hit.brand, price(hit.price, hit.currency)].filter(Boolean).join(" · ");
  return h("li", { class: `hit-row${hit.was === null ? ` ${alone}` : ""}`, data: { item: hit.id } },
    h("span", { class: "rank" }, hit.position), picture(hit.image_url),
    h("span", { class: "named" },
      h("span", { class: "face-title", title: hit.title }, hit.title), h("small", {}, meta)),
    h("span", { class: "marks" }, movement(hit, alone),
      hit.placement !== "organic" && h("span", { class: `placed ${hit.placement}` }, hit.placement)));
}

// In the list before, `was` is where the item goes to; in the list after, where it came from.
function movement({ position, was }, alone) {
  if (was === null || was === undefined) return h("span", { class: `moved ${alone}` }, alone);
  const up = alone === "new" ? was - position : 0;
  if (!up) return null;
  const words = `${up > 0 ? "up" : "down"} by ${Math.abs(up)}`;
  return h("span", { class: `moved ${up > 0 ? "up" : "down"}`, title: words },
    h("span", { "aria-hidden": "true" }, `${up > 0 ? "▲" : "▼"}\u200a${Math.abs(up)}`),
    h("span", { class: "unseen" }, words));
}
