// A difference between two versions, by rule and field, as the API tells it.

import { changes } from "./changes.js";
import { append, h } from "./dom.js";
import { isMoment } from "./fields.js";
import { moment } from "./format.js";
import { sentence } from "./sentence.js";

export function shownValue(value) {
  if (value === undefined || value === null) return h("span", { class: "absent" }, "nothing");
  if (isMoment(value)) return h("time", { datetime: value, title: value }, moment(value));
  if (typeof value === "string") return h("span", {}, value);
  const text = JSON.stringify(value);
  return text.length > 60
    ? h("pre", {}, JSON.stringify(value, null, 2)) : h("code", {}, text);
}

// The API names the field that differs; what differs within it is easier to read.
const finer = ({ path, before, after }) =>
  before === undefined || after === undefined ? [{ path, before, after }] : changes(before, after, path);

export const fieldTable = (fields, heads = ["Field", "Before", "After"]) =>
  h("div", { class: "wide" },
    h("table", { class: "fields" },
      h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, fields.flatMap(finer).map(({ path, before, after }) =>
        h("tr", {},
          h("th", { scope: "row" }, path || "the whole rule"),
          h("td", { class: "before", data: { head: heads[1] } }, shownValue(before)),
          h("td", { class: "after", data: { head: heads[2] } }, shownValue(after)))))));

const LABELS = { added: "Added", removed: "Deleted", changed: "Changed" };

export const diffEntries = (diff) => [
  ...diff.added.map((rule) => ({ kind: "added", id: rule.id, name: rule.name, rule })),
  ...diff.changed.map(({ id, name, fields }) => ({ kind: "changed", id, name, fields })),
  ...diff.removed.map((rule) => ({ kind: "removed", id: rule.id, name: rule.name, rule })),
];

// `before(entry)` may put something in front of each name, such as a box to choose it with, and
// `after(entry)` behind it.
export function diffList(diff, { before, after, empty = "The two are the same." } = {}) {
  const entries = diffEntries(diff);
  if (!entries.length) return h("p", { class: "none" }, empty);
  return h("ul", { class: "changes", role: "list" }, entries.map((entry) => {
    const name = h("h3", {}, entry.name || entry.id);
    return h("li", { class: `change ${entry.kind}`, data: { rule: entry.id } },
      append(h("div", { class: "change-head" }), before?.(entry, name),
        h("span", { class: `tag ${entry.kind}` }, LABELS[entry.kind]), name,
        h("code", { class: "id" }, entry.id), after?.(entry)),
      entry.fields ? fieldTable(entry.fields) : h("p", { class: "sentence" }, sentence(entry.rule)));
  }));
}
