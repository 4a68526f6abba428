// One query under one version: which rules act and which do not, what the shopper gets beside the
// hits, and the first ten of them.

import { h, icon, outward } from "./dom.js";
import { hitRow } from "./preview_hit.js";
import { address } from "./router.js";
import { orderWords } from "./sentence.js";

// `moves` is "gone" before and "new" after; `moved` are the ids that only this side has among the
// first ten.
export function previewSide(title, { query, side, other, moves, moved, focusedRule }) {
  const { hits, applied_rules: applied, suppressed_rules: suppressed = [], redirect, banners = [] } = side;
  return h("section", { class: `side ${moves}` },
    h("h3", {}, title),
    h("p", { class: "fired" }, applied.length
      ? applied.map(({ id, name }) =>
        ruleLink(id, name, `fired-rule${id === focusedRule ? " this" : ""}`, icon("rule")))
      : h("span", { class: "absent" }, "No rule fired")),
    suppressed.length > 0 && h("ul", { class: "suppressed", role: "list" }, suppressed.map(suppressedLine)),
    besides(query, side, other).map((line) => h("p", { class: "beside" }, line)),
    redirect && h("p", { class: "banner-line" }, "Sends the shopper to ", outward(redirect)),
    banners.map((banner) => h("p", { class: "banner-line" },
      h("strong", {}, banner.title), banner.text && ` ${banner.text}`)),
    hits.length
      ? h("ol", { class: "hits" }, hits.map((hit) => hitRow(hit, moves, moved.includes(hit.id))))
      : !redirect && h("p", { class: "none" }, "Nothing is found."));
}

const ruleLink = (id, name, kind, ...before) =>
  h("a", { href: address(["rules", "edit", id]), class: kind }, before, name || id);

// `then[0].pin` is the one instruction that does not act; without it, it is the whole rule.
function suppressedLine({ id, name, instruction, reason }) {
  const [, index, kind] = /^then\[(\d+)\]\.(\w+)$/.exec(instruction) ?? [];
  const part = kind ? ` (instruction ${Number(index) + 1}, ${kind.replaceAll("_", " ")})` : "";
  return h("li", { data: { rule: id } }, "Rule ", ruleLink(id, name), ` did not act${part}: ${reason}`);
}

// What is searched for, in which order, and what the page gets: said where it is not the usual, or
// not the same on both sides.
function besides(query, side, other) {
  const { applied_query: words, sort, data = [] } = side;
  const reworded = !alike(words, query) || !alike(words, other.applied_query);
  const sorted = (sort || RELEVANCE) !== RELEVANCE || (other.sort || RELEVANCE) !== RELEVANCE;
  return [
    reworded && (words ? `Searches for “${words}”` : "Searches for everything"),
    sorted && `Sorted by ${!sort || sort === RELEVANCE ? RELEVANCE : orderWords(sort)}`,
    ...data.map((one) => ["Hands the page ", h("code", {}, JSON.stringify(one))]),
  ].filter(Boolean);
}

const RELEVANCE = "relevance";

// The service writes a query its own way; only other words are another query.
const alike = (one, other) => plain(one) === plain(other);
const plain = (text) => String(text ?? "").toLowerCase().split(/\s+/).filter(Boolean).join(" ");
