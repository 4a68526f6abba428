// Who did what, when, and what it changed.

import { audit } from "./api.js";
import { changes } from "./changes.js";
import { fieldTable } from "./diff.js";
import { clear, h, viewHead } from "./dom.js";
import { ago, moment } from "./format.js";
import { pager } from "./pager.js";
import { address, go } from "./router.js";
import { sentence } from "./sentence.js";
import { may, refusal } from "./session.js";

const ACTIONS = {
  "rule.create": "created", "rule.update": "changed", "rule.delete": "deleted",
  "ruleset.create": "froze", "ruleset.publish": "published", "ruleset.unschedule": "took back the publication of",
  "ruleset.rollback": "rolled back to", "key.create": "created", "key.revoke": "revoked",
  "model.request": "asked for a training,", "model.train": "trained", "model.promote": "promoted",
  "model.rollback": "rolled back to", "experiment.create": "planned", "experiment.update": "changed",
  "experiment.delete": "deleted", "experiment.start": "started", "experiment.stop": "stopped",
};

export async function showAudit(root, { params }) {
  if (!may("rules:read")) {
    clear(root, viewHead("Audit"), h("p", { class: "none" }, refusal("rules:read")));
    return;
  }
  const query = Object.fromEntries(["object", "actor", "action"].map((name) => [name, params.get(name) ?? ""]));
  const answer = await audit({ ...query, page: Number(params.get("page")) || 1, per_page: 50 });
  clear(root,
    viewHead("Audit", "Every change, newest first. Nothing here can be changed or deleted."),
    filterForm(query),
    answer.entries.length
      ? h("ol", { class: "entries", role: "list" }, answer.entries.map(entryRow))
      : h("p", { class: "none" }, "Nothing is recorded that is like that."),
    pager(answer, (page) => address(["audit"], { ...query, page })));
}

function filterForm(query) {
  const field = (label, control) => h("div", { class: "field" },
    h("label", { for: control.id }, label), control);
  const actor = h("input", { type: "text", id: "audit-actor", value: query.actor, placeholder: "Ana" });
  const object = h("input", { type: "text", id: "audit-object", value: query.object, placeholder: "rule/shoes" });
  const action = h("select", { id: "audit-action", value: query.action },
    h("option", { value: "" }, "everything"),
    Object.keys(ACTIONS).map((name) => h("option", { value: name }, name.replace(".", ": "))));
  return h("form", { class: "finder", role: "search", onsubmit: (event) => {
    event.preventDefault();
    go(["audit"], { actor: actor.value.trim(), object: object.value.trim(), action: action.value });
  } },
    field("Who", actor), field("What", action), field("On what", object),
    h("button", { type: "submit", class: "plain" }, "Filter"),
    Object.values(query).some(Boolean) && h("a", { class: "button plain", href: address(["audit"]) }, "Show all"));
}

function entryRow({ at, actor, action, object, before, after }) {
  const [kind, ...rest] = object.split("/");
  const id = rest.join("/");
  const what = kind !== "ruleset" ? `${kind} ${id}` : id === "0" ? "no rules" : `version ${id}`;
  const head = [
    h("strong", {}, actor), ` ${ACTIONS[action] ?? action} `, h("span", { class: "object" }, what),
    h("time", { datetime: at, title: moment(at), class: "meta" }, ago(at)),
  ];
  // A rule that came or went says more as a sentence than as a table.
  const whole = kind === "rule" && (!before || !after) ? (after ?? before) : null;
  const differing = whole ? [] : changes(before ?? {}, after ?? {});
  const about = kind === "rule"
    ? h("a", { href: address(["audit"], { object }) }, "All about this rule") : null;
  if (!whole && !differing.length) return h("li", { class: "entry" }, h("p", { class: "entry-head" }, head));
  return h("li", { class: "entry" },
    h("details", {}, h("summary", { class: "entry-head" }, head),
      whole ? h("p", { class: "sentence" }, sentence(whole)) : fieldTable(differing), about));
}
