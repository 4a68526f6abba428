// The form and the JSON of one rule, as two tabs over the same value. A text that cannot be read
// holds its tab open, so that changing tabs never loses anything.

import { clear, h, newId } from "./dom.js";
import { readJson } from "./fields.js";
import { ruleForm, unfit } from "./rule_form.js";

const NAMES = { form: "Form", json: "JSON" };

export function ruleTabs({ rule, tab, isNew, changed, moved }) {
  let current = rule;
  let shown = "";
  let fixed = !isNew;
  const id = newId("tabs");
  const panel = h("div", { role: "tabpanel", id: `${id}-panel`, class: "panel", tabindex: "-1" });
  const said = h("p", { class: "wrong", role: "alert", hidden: true });
  const buttons = Object.entries(NAMES).map(([name, label]) =>
    h("button", { type: "button", role: "tab", id: `${id}-${name}`, "aria-controls": panel.id,
      data: { tab: name }, onclick: () => turnTo(name), onkeydown: turn }, label));
  const element = h("div", { class: "editor-tabs" },
    h("div", { role: "tablist", "aria-label": "Ways to edit the rule", class: "tablist" }, buttons),
    said, panel);

  const tell = (next) => changed((current = next));
  const refuse = (why) => {
    said.textContent = why;
    said.hidden = !why;
  };

  // Whether all that is typed could be read; leads to what could not.
  function check() {
    const wrong = panel.querySelector("input:invalid, textarea:invalid");
    if (!wrong) return true;
    wrong.focus();
    wrong.reportValidity();
    return false;
  }

  function open(name) {
    if (name === shown) return;
    if (shown && !check()) return;
    const why = name === "form" ? unfit(current) : "";
    refuse(why);
    if (why && shown) return;
    draw(why ? "json" : name);
  }

  function draw(name) {
    shown = name;
    for (const button of buttons) {
      const selected = button.dataset.tab === name;
      button.setAttribute("aria-selected", String(selected));
      button.tabIndex = selected ? 0 : -1;
    }
    panel.setAttribute("aria-labelledby", `${id}-${name}`);
    clear(panel, name === "form" ? ruleForm(current, tell, { isNew: !fixed }) : jsonEditor());
  }

  function jsonEditor() {
    const area = h("textarea", {
      class: "code whole", rows: 24, spellcheck: "false", autocapitalize: "none", autocomplete: "off",
      "aria-label": "The rule as JSON", value: JSON.stringify(current, null, 2),
      oninput: () => {
        const [read, reason] = readJson(area.value);
        const why = reason || (read === undefined ? "there is nothing here" : "");
        area.setCustomValidity(why ? `This JSON cannot be read: ${why}` : "");
        refuse(area.validationMessage);
        if (!why) tell(read);
        else changed(current);
      },
    });
    return area;
  }

  function turnTo(name) {
    open(name);
    moved(shown);
  }

  function turn(event) {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    event.preventDefault();
    turnTo(shown === "form" ? "json" : "form");
    buttons.find((button) => button.dataset.tab === shown).focus();
  }

  open(tab === "json" ? "json" : "form");
  return {
    element,
    check,
    // Whether a box holds a text that could not be read, and so is not in the rule.
    unread: () => Boolean(panel.querySelector("input:invalid, textarea:invalid")),
    replace(next, isFixed = fixed) {
      current = next;
      fixed = isFixed;
      const name = unfit(next) ? "json" : shown;
      refuse("");
      draw(name);
    },
    panel,
  };
}
