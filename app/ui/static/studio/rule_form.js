// The whole rule as a form. It changes only what is edited: members that it does not know stay.

import { h } from "./dom.js";
import { areaField, checkField, jsonField, numberField, textField, wrongSlot } from "./fields.js";
import { conditionForm } from "./condition_form.js";
import { instructionForm } from "./instruction_form.js";
import { isFlag, isList, isNumber, isObject, isText, record } from "./shape.js";

const SIMPLE = {
  id: isText, name: isText, priority: isNumber, enabled: isFlag, stop: isFlag, owner: isText, note: isText,
};

// Why the form cannot show this value, or "".
export function unfit(rule) {
  if (!isObject(rule)) return "A rule is a JSON object, in curly brackets.";
  const odd = Object.entries(SIMPLE).find(([name, fits]) => rule[name] !== undefined && !fits(rule[name]));
  return odd ? `The form cannot show this “${odd[0]}”; mend it in the JSON.` : "";
}

export function ruleForm(rule, change, { isNew }) {
  const set = record(rule, change);
  const text = (name) => (value) => set(name, value);
  const others = Object.keys(rule).filter((name) => !SIMPLE[name] && name !== "when" && name !== "then");
  return h("form", { class: "rule-form", novalidate: true, data: { path: "$" },
    onsubmit: (event) => event.preventDefault() },
    section("naming", "", null,
      textField(".name", "Name", rule.name, text("name"), { placeholder: "What people call this rule" })),
    section("when", "When", ".when", isObject(rule.when ?? {})
      ? conditionForm(rule.when ?? {}, (when) => set("when", Object.keys(when).length ? when : undefined))
      : jsonField("", "When as JSON", rule.when, text("when"))),
    section("then", "Then", ".then", isList(rule.then ?? [])
      ? instructionForm(rule.then ?? [], text("then"))
      : jsonField("", "Then as JSON", rule.then, text("then"))),
    section("more", "Details", null,
      checkField(".enabled", "Enabled", rule.enabled ?? true, (on) => set("enabled", on ? undefined : false),
        { hint: "A rule that is not enabled stays in the list and does nothing." }),
      h("div", { class: "side-by-side" },
        numberField(".priority", "Priority", rule.priority, text("priority"),
          { placeholder: "0", hint: "The higher one wins where rules disagree." }),
        textField(".id", "Id", rule.id, text("id"), isNew
          ? { hint: "Left empty, it is made from the name.", placeholder: "made from the name" }
          : { readonly: true, hint: "An id stays; duplicate the rule for another." }),
        textField(".owner", "Owner", rule.owner, text("owner"))),
      checkField(".stop", "Stop here: weaker rules are not looked at when this one holds", rule.stop,
        (on) => set("stop", on || undefined)),
      areaField(".note", "Note", rule.note, text("note"), { hint: "Why the rule is there, for colleagues." }),
      others.map((name) => jsonField(`.${name}`, `${name} as JSON`, rule[name], text(name)))));
}

const section = (name, title, path, ...content) =>
  h("section", { class: `part-of-rule ${name}`, data: { path: path ?? "" } },
    title && h("h2", {}, title), content, path && wrongSlot());
