// The message, the time and the button of publishing; what is chosen stands in the view.

import { h, newId } from "./dom.js";
import { labelled } from "./fields.js";
import { count, fromLocal, toLocal, ZONE } from "./format.js";
import { guard, may } from "./session.js";

const HOUR_MS = 36e5;

// `figures()` says how many changes there are and how many are chosen; `publish(message, at)` is
// waited for, with no `at` for now.
export function publishForm({ figures, publish }) {
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
    const { total, chosen } = figures();
    atField.hidden = !scheduled();
    at.required = scheduled();
    const all = total === 1 ? "the change" : `all ${count(total, "change")}`;
    const what = chosen === total ? all : count(chosen, "change");
    button.textContent = `${scheduled() ? "Schedule" : "Publish"} ${what}`;
    button.disabled = busy || chosen === 0;
  }

  async function submit(event) {
    event.preventDefault();
    if (!may("rules:publish")) return;
    busy = true;
    refresh();
    await publish(message.value.trim(), scheduled() ? fromLocal(at.value) : null);
    busy = false;
    refresh();
    // A dialog gives the focus back to the button, which could not take it while it was disabled.
    if (document.activeElement === document.body) button.focus();
  }

  const element = h("form", { class: "card-like publish-form", onsubmit: submit },
    labelled("", "Message", message),
    h("fieldset", { class: "choices" }, h("legend", {}, "When"), now, later), atField, button);
  return { element, refresh };
}
