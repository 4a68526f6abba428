// “When”: the parts of the condition, each of which can be added once. A part that the form cannot
// hold exactly is shown as JSON.

import { clear, h, icon } from "./dom.js";
import { group, isMoment, jsonField, momentField, selectField, textField } from "./fields.js";
import { filterForm, NEW_FILTER } from "./filter_form.js";
import { fitsQuery, queryForm } from "./query_form.js";
import { rows } from "./rows.js";
import { isFlag, isObject, isText, isTexts, only, record, texts } from "./shape.js";
import { tokensField } from "./tokens.js";

const SORTS = ["relevance", "price", "rating", "popularity", "newest", "reviews"];

const listPart = (label, options) => (path, value, change) =>
  tokensField(path, label, texts(value), change, options);

const PARTS = {
  query: {
    name: "Query", start: { contains: [] }, fits: fitsQuery,
    form: (path, value, change) => group(path, "Query", queryForm(value, change)),
  },
  empty_query: {
    name: "Empty query", start: true, fits: isFlag,
    form: (path, value, change) => selectField(path, "The query", String(value),
      (chosen) => change(chosen === "true"),
      [["true", "is empty (browsing)"], ["false", "has at least one word"]]),
  },
  category: {
    name: "Category", start: [], fits: isTexts,
    form: listPart("The shopper is in category",
      { hint: "A name, or a path such as Home > Kitchen. Categories below count, too." }),
  },
  filter: {
    name: "Shopper's filter", start: NEW_FILTER, fits: isObject,
    form: (path, value, change) => filterForm(path, "The shopper filters at least by", value, change),
  },
  segments: { name: "Segment", start: [], fits: isTexts,
    form: listPart("The shopper belongs to one of the segments") },
  locale: { name: "Locale", start: [], fits: isTexts,
    form: listPart("The locale is one of", { hint: "de also holds for de-AT." }) },
  sort: {
    name: "Sort order", start: [], fits: isTexts,
    form: listPart("The shopper sorts by one of",
      { suggestions: SORTS, hint: `${SORTS.join(", ")}; relevance is a search without a sort order.` }),
  },
  context: {
    name: "Context", start: {}, fits: (value) => isObject(value) && Object.values(value).every(isTexts),
    form: contextForm,
  },
  starts_at: { name: "Start", start: undefined, fits: isMoment,
    form: (path, value, change) => momentField(path, "Holds from", value, change) },
  ends_at: { name: "End", start: undefined, fits: isMoment,
    form: (path, value, change) => momentField(path, "Holds until", value, change) },
  experiment: {
    name: "Experiment", start: {}, fits: (value) => only(value, { key: isText, arm: isText }),
    form: (path, value, change) => {
      const set = record(value, change);
      return group(path, "The shopper is in this arm of an experiment", h("div", { class: "side-by-side" },
        textField(".key", "Experiment", value.key, (text) => set("key", text)),
        textField(".arm", "Arm", value.arm, (text) => set("arm", text))));
    },
  },
};

export function conditionForm(when, change) {
  const set = record(when, change);
  const shown = new Set();
  const none = h("p", { class: "none" }, "Always: no condition is set.");
  const list = h("div", { class: "parts" });
  const adders = h("div", { class: "adders" });

  function show(part, value) {
    const kind = PARTS[part];
    const fits = kind && (value === undefined || kind.fits(value));
    const tell = (next) => set(part, next);
    const content = fits
      ? kind.form(`.${part}`, value, tell)
      : jsonField(`.${part}`, `${kind?.name ?? part} as JSON`, value, tell);
    const row = h("div", { class: "row part" }, content,
      h("button", { type: "button", class: "quiet remove", title: "Remove",
        "aria-label": `Remove the condition ${kind?.name ?? part}`,
        onclick: () => {
          set(part, undefined);
          shown.delete(part);
          row.remove();
          drawAdders();
          adders.querySelector("button").focus();
        } }, icon("close")));
    shown.add(part);
    list.append(row);
    return row;
  }

  function drawAdders() {
    none.hidden = shown.size > 0;
    clear(adders, Object.entries(PARTS).filter(([part]) => !shown.has(part)).map(([part, kind]) =>
      h("button", { type: "button", class: "adder", data: { adds: part }, onclick: () => {
        if (kind.start !== undefined) set(part, kind.start);
        const row = show(part, kind.start);
        drawAdders();
        row.querySelector("input, select, textarea")?.focus();
      } }, icon("plus"), kind.name)));
  }

  const order = Object.keys(PARTS).filter((part) => when[part] !== undefined);
  const others = Object.keys(when).filter((part) => !PARTS[part]);
  [...order, ...others].forEach((part) => show(part, when[part]));
  drawAdders();
  return [none, list, adders];
}

function contextForm(path, value, change) {
  const made = rows({
    values: Object.entries(value),
    // A name that is not written yet has no place in the rule.
    change: (next) => change(Object.fromEntries(next.filter(([name]) => name))),
    name: ([name]) => `the context ${name}`,
    path: () => "",
    render: ([name, values], tell) => {
      let entry = [name, values];
      const set = (part, n) => tell((entry = entry.map((old, i) => (i === n ? part : old))));
      return h("div", { class: "side-by-side" },
        textField("", "Name", name, (text) => set(text, 0), { keep: true, required: true, placeholder: "device" }),
        tokensField("", "is one of", texts(values), (list) => set(list, 1)));
    },
  });
  if (!Object.keys(value).length) made.push(["", []]);
  return group(path, "Context of the request", made.element, h("div", { class: "adders" },
    h("button", { type: "button", class: "adder", onclick: () => made.push(["", []]) }, "And another")));
}
