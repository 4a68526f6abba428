// Which live rules do something: how often, when last, for which queries; and which never do.

import { usage } from "./api.js";
import { clear, h, viewHead } from "./dom.js";
import { selectField } from "./fields.js";
import { ago, count, daysUntil, moment } from "./format.js";
import { address, go } from "./router.js";
import { may, refusal } from "./session.js";

const SPANS = [
  ["1", "the last day"], ["7", "the last 7 days"], ["30", "the last 30 days"], ["90", "the last 90 days"],
];

export async function showUsage(root, { params }) {
  if (!may("rules:read")) {
    clear(root, viewHead("Usage"), h("p", { class: "none" }, refusal("rules:read")));
    return;
  }
  const days = params.get("days") ?? "30";
  const answer = await usage(days);
  const most = Math.max(1, ...answer.rules.map(({ fired }) => fired));
  const fired = answer.rules.filter((rule) => rule.fired > 0).sort((one, other) => other.fired - one.fired);
  const named = new Map(answer.rules.map((rule) => [rule.id, rule]));
  clear(root,
    viewHead("Usage", "What the live rules do for shoppers."),
    h("div", { class: "finder" }, selectField("", "In", days, (value) => go(["usage"], { days: value }), SPANS)),
    answer.expiring.length > 0 && h("section", { class: "deleted scheduled" }, h("h2", {}, "Ending soon"),
      h("ul", { role: "list" }, answer.expiring.map((id) => expiring(id, named.get(id))))),
    fired.length
      ? h("ol", { class: "usage", role: "list" }, fired.map((rule) => usageRow(rule, most)))
      : h("p", { class: "none" }, "No rule has fired in this time."),
    answer.never_fired.length > 0 && h("section", { class: "never" },
      h("h2", {}, `${count(answer.never_fired.length, "rule")} never fired`),
      h("p", {}, "Perhaps nobody searches for what they wait for, or their conditions never hold together."),
      h("ul", { role: "list" }, answer.never_fired.map((id) => h("li", {}, ruleLink(id, named.get(id)?.name))))));
}

const ruleLink = (id, name) => h("a", { href: address(["rules", "edit", id]) }, name || id);

const expiring = (id, rule) => h("li", {}, ruleLink(id, rule?.name),
  rule?.ends_at && h("span", { class: `tag ${daysUntil(rule.ends_at) < 3 ? "removed" : "soon"}`,
    title: moment(rule.ends_at) }, `ends ${ago(rule.ends_at)}`));

function usageRow({ id, name, fired, last_fired_at: last, queries }, most) {
  return h("li", { class: "used", data: { rule: id } },
    h("div", { class: "rule-name" }, h("h2", {}, ruleLink(id, name)),
      h("span", { class: "meta" }, `${count(fired, "time")}, the last ${ago(last)}`)),
    h("div", { class: "meter", "aria-hidden": "true" }, h("span", { style: `--w: ${(100 * fired) / most}%` })),
    queries.length > 0 && h("p", { class: "queries" }, queries.map(({ query, fired: times }) =>
      h("a", { class: "query", href: address(["preview"], { queries: query }), title: "Preview this query" },
        query || "(empty)", h("small", {}, ` ${times.toLocaleString("en")}`)))));
}
