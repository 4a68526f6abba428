// What the draft changes for shoppers, and the way to publish it: all or some, now or later.

import { versions } from "./api.js";
import { diffEntries, diffList } from "./diff.js";
import { clear, h, newId, viewHead } from "./dom.js";
import { labelled } from "./fields.js";
import { count, fromLocal, moment, toLocal, ZONE } from "./format.js";
import { address, go } from "./router.js";
import { guard, may, refusal } from "./session.js";
import { complain, say, tell } from "./status.js";

const HOUR_MS = 36e5;

export async function showPublish(root, { params }) {
  if (!may("rules:read")) {
    clear(root, viewHead("Publish"), h("p", { class: "none" }, refusal("rules:read")));
    return;
  }
  const only = params.get("rule");
  const diff = await versions.diff("live", "draft");
  const entries = diffEntries(diff);
  dispatchEvent(new CustomEvent("unpublished", { detail: entries.length }));
  if (!entries.length) {
    clear(root, viewHead("Publish"), h("div", { class: "blank" },
      h("h2", {}, "Everything is published"),
      h("p", {}, "The draft is the same as what shoppers meet."),
      h("p", { class: "ways" }, h("a", { class: "button plain", href: address(["rules"]) }, "To the rules"))));
    return;
  }
  const chosen = new Set(entries.filter(({ id }) => !only || id === only).map(({ id }) => id));
  const boxes = [];
  const pick = (entry, name) => {
    name.id = newId("change");
    const box = h("input", { type: "checkbox", checked: chosen.has(entry.id), "aria-labelledby": name.id,
      onchange: () => {
        if (box.checked) chosen.add(entry.id);
        else chosen.delete(entry.id);
        refresh();
      } });
    boxes.push([box, entry.id]);
    return box;
  };
  const list = diffList(diff, { before: pick });
  const pickAll = (on) => {
    chosen.clear();
    if (on) entries.forEach(({ id }) => chosen.add(id));
    boxes.forEach(([box]) => (box.checked = on));
    refresh();
  };
  const form = publishForm(chosen, entries.length);

  function refresh() {
    form.refresh();
    tell(`${chosen.size} of ${entries.length} chosen.`);
  }

  clear(root,
    viewHead("Publish", `${count(entries.length, "change")} that shoppers do not see yet.`),
    only && !chosen.size && h("p", { class: "none" }, "This rule has no change that is not published."),
    h("div", { class: "publish" },
      h("section", { "aria-label": "Changes" },
        h("div", { class: "pickers" },
          h("button", { type: "button", class: "link", onclick: () => pickAll(true) }, "Choose all"),
          h("button", { type: "button", class: "link", onclick: () => pickAll(false) }, "Choose none")),
        list),
      form.element));
  form.refresh();
}

function publishForm(chosen, total) {
  const message = h("textarea", { rows: 3, required: true, maxlength: 500,
    placeholder: "What changes, and why: colleagues read this in the history" });
  const soon = toLocal(new Date(Date.now() + HOUR_MS).toISOString());
  const at = h("input", { type: "datetime-local", min: toLocal(new Date().toISOString()), value: soon });
  const atField = labelled("", "At", at, `Your time zone: ${ZONE}`);
  const name = newId("when");
  const choice = (value, text) => h("label", { class: "choice" },
    h("input", { type: "radio", name, value, checked: value === "now", onchange: refresh }), text);
  const now = choice("now", "Now");
  const later = choice("later", "At a time");
  const button = guard(h("button", { type: "submit", class: "main" }), "rules:publish");
  const scheduled = () => later.firstChild.checked;
  let busy = false;

  function refresh() {
    atField.hidden = !scheduled();
    at.required = scheduled();
    const all = total === 1 ? "the change" : `all ${count(total, "change")}`;
    const what = chosen.size === total ? all : count(chosen.size, "change");
    button.textContent = `${scheduled() ? "Schedule" : "Publish"} ${what}`;
    button.disabled = busy || chosen.size === 0;
  }

  async function publish(event) {
    event.preventDefault();
    if (!may("rules:publish")) return;
    busy = true;
    refresh();
    let version;
    try {
      ({ version } = await versions.freeze(message.value.trim(), chosen.size === total ? null : [...chosen]));
      const done = await versions.publish(version, scheduled() ? fromLocal(at.value) : null);
      say(done.live ? `Version ${version} is live.` : `Version ${version} goes live on ${moment(done.at)}.`);
      dispatchEvent(new CustomEvent("unpublished", { detail: null }));
      go(["history"]);
    } catch (problem) {
      complain(version === undefined ? problem : { errors: problem.errors, message:
        `Version ${version} is kept, but could not be published: ${problem.message} You find it in the history.` });
    } finally {
      busy = false;
      refresh();
    }
  }

  const element = h("form", { class: "card-like publish-form", onsubmit: publish },
    labelled("", "Message", message),
    h("fieldset", { class: "choices" }, h("legend", {}, "When"), now, later), atField, button);
  return { element, refresh };
}
