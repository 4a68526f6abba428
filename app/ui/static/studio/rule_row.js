// One rule in the list: its sentence, what is special about it, and what can be done with it.

import { rules, versions } from "./api.js";
import { h } from "./dom.js";
import { ago, count, day, daysUntil } from "./format.js";
import { address } from "./router.js";
import { deleteRule, nameOf, switchRule } from "./rule_actions.js";
import { sentence } from "./sentence.js";
import { guard } from "./session.js";
import { complain, say } from "./status.js";

const SOON_DAYS = 14;

const tag = (kind, text) => h("span", { class: `tag ${kind}` }, text);

export function tags({ rule, status }) {
  const { starts_at: starts, ends_at: ends } = rule.when ?? {};
  const left = ends ? daysUntil(ends) : Infinity;
  return [
    rule.enabled === false && tag("off", "Off"),
    status === "added" && tag("added", "New"),
    status === "changed" && tag("changed", "Changed"),
    starts && daysUntil(starts) > 0 && tag("quiet-tag", `Starts ${day(starts)}`),
    left <= 0 && tag("removed", "Ended"),
    left > 0 && left <= SOON_DAYS && tag("soon", `Ends ${ago(ends)}`),
  ];
}

export function ruleRow(entry, reload) {
  const { rule } = entry;
  const on = rule.enabled !== false;
  const name = nameOf(rule);
  const toggle = h("input", { type: "checkbox", role: "switch", checked: on,
    "aria-label": `${name}: on or off`, onchange: async () => {
      if (await switchRule(entry, toggle.checked)) {
        await reload();
        document.querySelector(`[data-rule="${CSS.escape(rule.id)}"] [role=switch]`)?.focus();
      } else toggle.checked = on;
    } });
  const publish = h("a", { href: address(["publish"], { rule: rule.id }) }, "Publish only this");
  const copy = h("a", { href: address(["rules", "new"], { copy: rule.id }) }, "Duplicate");
  const remove = h("button", { type: "button", class: "link", "aria-label": `Delete ${name}`,
    onclick: async () => {
      if (!(await deleteRule(entry))) return;
      await reload();
      document.querySelector("#rule-search")?.focus();
    } }, "Delete");
  return h("li", { class: `rule-row${on ? "" : " is-off"}`, data: { rule: rule.id } },
    h("label", { class: "switch", title: on ? "On" : "Off" }, guard(toggle, "rules:write"),
      h("span", { class: "knob", "aria-hidden": "true" })),
    h("div", { class: "rule-text" },
      h("div", { class: "rule-name" },
        h("h2", {}, h("a", { href: address(["rules", "edit", rule.id]) }, name)), tags(entry)),
      h("p", { class: "sentence" }, sentence(rule)),
      h("p", { class: "meta" },
        [rule.priority ? `Priority ${rule.priority}` : "", rule.owner ? `Owner ${rule.owner}` : "",
          `Saved ${entry.updated_by ? `by ${entry.updated_by} ` : ""}${ago(entry.updated_at)}`]
          .filter(Boolean).join(" · "))),
    h("div", { class: "rule-actions" },
      entry.status !== "unchanged" && guard(publish, "rules:publish"),
      guard(copy, "rules:write"), guard(remove, "rules:write")));
}

// Rules that shoppers still meet, but that the draft no longer has.
export function deletedRules(ids, reload) {
  const items = ids.map((id) => {
    const back = h("button", { type: "button", class: "link", onclick: () => bringBack(id, reload) }, "Bring back");
    const publish = h("a", { href: address(["publish"], { rule: id }) }, "Publish only this");
    return h("li", { data: { rule: id } }, tag("removed", "Deleted"), h("code", {}, id),
      guard(publish, "rules:publish"), guard(back, "rules:write"));
  });
  return h("section", { class: "deleted" },
    h("h2", {}, `${count(ids.length, "rule")} deleted, still live`),
    h("p", {}, "Shoppers keep their effect until you publish."), h("ul", { role: "list" }, items));
}

async function bringBack(id, reload) {
  try {
    const { removed } = await versions.diff("live", "draft");
    const rule = removed.find((one) => one.id === id);
    if (rule) await rules.create(rule);
    say(`“${rule ? nameOf(rule) : id}” is back in the draft.`);
  } catch (problem) {
    complain(problem);
  }
  await reload();
}
