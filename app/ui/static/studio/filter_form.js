// Edits a filter: rows of conditions that must all hold, or JSON where it says more than that.

import { clear, h } from "./dom.js";
import { group, jsonField, labelled, selectField, wrongSlot } from "./fields.js";
import { fieldName } from "./filter_sentence.js";
import {
  ATTRIBUTE, FIELD_KINDS, kindOf, newRow, OPERATION_NAMES, OPERATIONS, readRows, rowPath, writeRows,
} from "./filter_rows.js";
import { rows } from "./rows.js";
import { tokensField } from "./tokens.js";

export const NEW_FILTER = { field: "brand", any_of: [] };

export function filterForm(path, legend, filter, change) {
  let current = filter;
  const tell = (next) => change((current = next));
  const content = h("div", {});
  const draw = (asJson) => clear(content, asJson ? jsonPart() : rowsPart());

  function jsonPart() {
    const back = h("button", { type: "button", class: "link", onclick: () => {
      const box = content.querySelector("textarea");
      if (!box.reportValidity()) return;
      if (readRows(current)) draw(false);
      else {
        box.setCustomValidity("This filter is more than a list of conditions that must all hold.");
        box.reportValidity();
        box.setCustomValidity("");
      }
    } }, "Edit as a form");
    return [jsonField("", "Filter as JSON", current, tell,
      { hint: "Combine with all, any and not." }), back];
  }

  function rowsPart() {
    const read = readRows(current);
    const made = rows({
      values: read.rows, least: 1,
      render: renderRow,
      change: (next) => tell(writeRows(next, read.listed)),
      name: (row) => `the condition on ${fieldName(row.field)}`,
      path: (n, total) => (total > 1 || read.listed ? `.all[${n}]` : ""),
    });
    return [made.element, h("div", { class: "adders" },
      h("button", { type: "button", class: "adder", onclick: () => made.push(newRow()) }, "And another condition"),
      h("button", { type: "button", class: "link", onclick: () => draw(true) }, "Edit as JSON"))];
  }

  draw(!readRows(current));
  return group(path, legend, content);
}

function renderRow(row, change) {
  let current = row;
  const place = h("div", { class: "condition" });
  const tell = (part) => change((current = { ...current, ...part }));
  const redraw = (part, focused) => {
    tell(part);
    draw();
    place.querySelector(focused)?.focus();
  };

  function draw() {
    const kind = kindOf(current.field);
    clear(place, fieldPart(current, tell, redraw),
      selectField("", "How", current.operation,
        (operation) => redraw(turned(current, operation), "[data-part=how] select"),
        OPERATIONS[kind].map((operation) => [operation, OPERATION_NAMES[operation]])),
      valuePart(current, tell));
    place.children[1].dataset.part = "how";
    place.dataset.path = rowPath(current, 0, 1, false);
  }

  draw();
  return place;
}

// The values stay where the new operation can hold them.
const turned = ({ operation: old, values }, operation) => {
  const numbers = (name) => name.endsWith("_number");
  const lists = [old, operation].every((name) => /^(any|none)/.test(name));
  const kept = lists && numbers(old) === numbers(operation);
  return { operation, values: kept ? values : [], bounds: {} };
};

function fieldPart(row, tell, redraw) {
  const attribute = kindOf(row.field) === "attribute";
  const select = h("select", { value: attribute ? ATTRIBUTE : row.field, onchange: () =>
    redraw(newRow(select.value), "[data-part=field] select") },
    Object.keys(FIELD_KINDS).map((field) => h("option", { value: field }, fieldName(field))),
    !attribute && !FIELD_KINDS[row.field] && h("option", { value: row.field }, row.field),
    h("option", { value: ATTRIBUTE }, "attribute…"));
  const name = attribute && h("input", { type: "text", "aria-label": "Attribute's name",
    placeholder: "colour", value: row.field.slice(ATTRIBUTE.length), autocomplete: "off",
    oninput: () => tell({ field: ATTRIBUTE + name.value }) });
  const field = labelled(".field", "Field", select, null, name);
  field.dataset.part = "field";
  return field;
}

function valuePart(row, tell) {
  switch (row.operation) {
    case "flag":
      return selectField(".any_of", "Value", String(row.flag), (value) => tell({ flag: value === "true" }),
        [["true", "yes"], ["false", "no"]]);
    case "range":
      return rangePart(row, tell);
    case "any_number":
    case "none_number":
      return tokensField(".any_of", "Numbers", row.values.map(String), (values) =>
        tell({ values: values.map(Number) }), { commas: true, accept: (text) => !Number.isNaN(Number(text)) });
    default:
      return tokensField(".any_of", "Values", row.values, (values) => tell({ values }),
        { hint: "Written exactly as in the catalogue. Press Enter after each one." });
  }
}

function rangePart(row, tell) {
  const dated = kindOf(row.field) === "date";
  let bounds = row.bounds;
  const half = (names, words) => {
    let name = names.find((one) => one in bounds) ?? names[0];
    const set = (next, value) => {
      const { [names[0]]: _, [names[1]]: __, ...others } = bounds;
      bounds = value === "" ? others : { ...others, [next]: dated ? value : Number(value) };
      name = next;
      tell({ bounds });
    };
    const held = bounds[name] ?? "";
    const plain = dated && (held === "" || /^\d{4}-\d\d-\d\d$/.test(held));
    const input = h("input", { type: dated ? (plain ? "date" : "text") : "number", step: dated ? null : "any",
      value: held, "aria-label": words[0], oninput: () => input.validity.badInput || set(name, input.value) });
    const how = h("select", { value: name, "aria-label": `${words[0]}: including it or not`,
      onchange: () => set(how.value, input.value) },
      names.map((one, n) => h("option", { value: one }, words[n])));
    return h("div", { class: "bound" }, how, input);
  };
  return h("div", { class: "field range", data: { path: "" } },
    h("span", { class: "label" }, dated ? "Dates" : "Numbers"),
    half(["gte", "gt"], dated ? ["from", "after"] : ["at least", "more than"]),
    half(["lte", "lt"], dated ? ["up to", "before"] : ["at most", "less than"]), wrongSlot());
}
