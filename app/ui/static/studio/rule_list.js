// All rules of the draft: found by words, filtered by status, one sentence each.

import { rules } from "./api.js";
import { clear, h, icon, later, viewHead } from "./dom.js";
import { count } from "./format.js";
import { pager } from "./pager.js";
import { address, note } from "./router.js";
import { deletedRules, ruleRow } from "./rule_row.js";
import { guard, may, refusal } from "./session.js";
import { complain, tell } from "./status.js";

const STATUSES = [
  ["", "All rules"], ["added", "New, not published"], ["changed", "Changed, not published"],
  ["unchanged", "As published"],
];
const WAIT_MS = 200;

export async function showRuleList(root, { params }) {
  if (!may("rules:read")) {
    clear(root, viewHead("Rules"), h("p", { class: "none" }, refusal("rules:read")));
    return;
  }
  const query = {
    q: params.get("q") ?? "", status: params.get("status") ?? "", page: Number(params.get("page")) || 1,
  };
  let asked = 0;
  const box = h("input", { type: "search", id: "rule-search", value: query.q, autocomplete: "off",
    placeholder: "Search in names, words, items…",
    oninput: later(() => look({ q: box.value, page: 1 }), WAIT_MS) });
  const status = h("select", { id: "rule-status", value: query.status,
    onchange: () => look({ status: status.value, page: 1 }) },
    STATUSES.map(([value, label]) => h("option", { value }, label)));
  const found = h("div", { class: "found" });
  const create = h("a", { class: "button main", href: address(["rules", "new"]) },
    icon("plus"), "New rule");

  async function look(part = {}) {
    Object.assign(query, part);
    note(["rules"], { ...query, page: query.page > 1 ? query.page : "" });
    await load().catch(complain);
  }

  async function load() {
    const mine = ++asked;
    const answer = await rules.list({ ...query, per_page: 50 });
    if (mine !== asked) return;
    show(answer);
    dispatchEvent(new CustomEvent("unpublished", { detail: answer.unpublished }));
  }

  function show(answer) {
    const everything = !query.q && !query.status;
    const said = everything ? count(answer.total, "rule") : `${count(answer.total, "rule")} found`;
    tell(said);
    clear(found,
      h("p", { class: "count" }, said),
      everything && answer.deleted.length > 0 && deletedRules(answer.deleted, load),
      answer.rules.length
        ? h("ul", { class: "rule-list", role: "list" }, answer.rules.map((entry) => ruleRow(entry, load)))
        : nothing(everything),
      pager(answer, (page) => address(["rules"], { ...query, page })));
  }

  const nothing = (everything) => h("div", { class: "blank" },
    h("h2", {}, everything ? "No rules yet" : "No rule is like that"),
    h("p", {}, everything ? "A rule says what a search should do: pin an item, boost a brand, hide what is withdrawn."
      : "Try fewer words, or all rules."),
    h("p", { class: "ways" }, everything ? null : h("button", { type: "button", class: "plain", onclick: () => {
      box.value = "";
      status.value = "";
      look({ q: "", status: "", page: 1 });
      box.focus();
    } }, "Show all rules")));

  clear(root,
    viewHead("Rules", "What searches should do, in the draft. Shoppers see it once it is published.",
      guard(create, "rules:write")),
    h("div", { class: "finder", role: "search" },
      h("div", { class: "field grow" }, h("label", { for: "rule-search" }, "Find"), box),
      h("div", { class: "field" }, h("label", { for: "rule-status" }, "Show"), status)),
    found);
  await load();
}
