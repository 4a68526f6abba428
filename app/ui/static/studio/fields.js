// The form's plain controls. Each gets a value and tells `change` of every new one.
//
// `path` is a field's place in the rule as the API names it (`.boost.by`), relative to the nearest
// element around it that has one; problems.js puts what the API says beside the right field.

import { h, newId } from "./dom.js";
import { fromLocal, toLocal, ZONE } from "./format.js";

export function labelled(path, label, control, hint, ...beside) {
  const id = control.id || (control.id = newId());
  const note = hint && h("p", { class: "note", id: `${id}-note` }, hint);
  if (note) control.setAttribute("aria-describedby", note.id);
  return h("div", { class: "field", data: { path } },
    h("label", { for: id }, label), control, beside, note, wrongSlot());
}

export const wrongSlot = () => h("p", { class: "wrong", hidden: true });

// A set of fields under one heading, with a place of its own for problems of the whole set.
export const group = (path, legend, ...parts) =>
  h("fieldset", { class: "group", data: { path } }, legend && h("legend", {}, legend), parts, wrongSlot());

export function textField(path, label, value, change, { hint, placeholder, keep, readonly, required } = {}) {
  const input = h("input", {
    type: "text", value: value ?? "", placeholder, readonly, required, autocomplete: "off", spellcheck: "false",
    // An empty text leaves the rule, unless the place must hold a text.
    oninput: () => change(input.value === "" && !keep ? undefined : input.value),
  });
  return labelled(path, label, input, hint);
}

export function areaField(path, label, value, change, { hint, rows = 2 } = {}) {
  const area = h("textarea", {
    rows, value: value ?? "", oninput: () => change(area.value === "" ? undefined : area.value),
  });
  return labelled(path, label, area, hint);
}

export function numberField(path, label, value, change, { hint, placeholder } = {}) {
  const input = h("input", {
    type: "number", step: "any", value: value ?? "", placeholder, class: "short",
    oninput: () => {
      if (!input.validity.badInput) change(input.value === "" ? undefined : Number(input.value));
    },
  });
  return labelled(path, label, input, hint);
}

export function selectField(path, label, value, change, options, { hint } = {}) {
  const select = h("select", { value, onchange: () => change(select.value) },
    options.map(([key, text]) => h("option", { value: key }, text)));
  return labelled(path, label, select, hint);
}

export function checkField(path, label, value, change, { hint } = {}) {
  const id = newId();
  const input = h("input", {
    id, type: "checkbox", checked: value, "aria-describedby": hint ? `${id}-note` : null,
    onchange: () => change(input.checked),
  });
  return h("div", { class: "field check", data: { path } },
    h("label", { for: id }, input, h("span", {}, label)),
    hint && h("p", { class: "note", id: `${id}-note` }, hint), wrongSlot());
}

// Shown in the browser's time zone; what was stored in another is left so until it is edited.
export function momentField(path, label, value, change, { hint } = {}) {
  const input = h("input", {
    type: "datetime-local", value: value ? toLocal(value) : "",
    oninput: () => change(input.value ? fromLocal(input.value) : undefined),
  });
  return labelled(path, label, input, hint ?? `Your time zone: ${ZONE}`);
}

export const isMoment = (value) =>
  typeof value === "string" && /T.*(Z|[+-]\d\d:?\d\d)$/i.test(value) && !Number.isNaN(Date.parse(value));

// A part of the rule as JSON. What cannot be read stays in the box and holds up saving and the
// way to another tab (the browser's own validity says so), so that no text is ever lost.
export function jsonField(path, label, value, change, { hint, rows } = {}) {
  const text = value === undefined ? "" : JSON.stringify(value, null, 2);
  const area = h("textarea", {
    class: "code", rows: rows ?? Math.min(16, Math.max(3, text.split("\n").length)),
    value: text, spellcheck: "false", autocapitalize: "none", autocomplete: "off",
    oninput: () => {
      const [read, reason] = readJson(area.value);
      area.setCustomValidity(reason ? `This JSON cannot be read: ${reason}` : "");
      if (!reason) change(read);
    },
  });
  return labelled(path, label, area, hint);
}

// The value, and what is wrong with the text; an empty text is no value.
export function readJson(text) {
  if (!text.trim()) return [undefined, ""];
  try {
    return [JSON.parse(text), ""];
  } catch (error) {
    return [undefined, error.message];
  }
}
