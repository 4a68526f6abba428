// Which items a boost, a bury or a hide is about: chosen ones, or all that pass a filter.

import { h } from "./dom.js";
import { selectField } from "./fields.js";
import { filterForm, NEW_FILTER } from "./filter_form.js";
import { itemPicker } from "./item_picker.js";
import { record } from "./shape.js";

export function targetForm(value, change, verb) {
  // Both are kept while the form is open, so that a look at the other one loses nothing.
  const kept = { item_ids: value.item_ids ?? [], filter: value.filter ?? NEW_FILTER };
  const set = record(value, change);
  const place = h("div", {});
  const other = { item_ids: "filter", filter: "item_ids" };

  function draw(kind) {
    const tell = (next) => set(kind, (kept[kind] = next));
    place.replaceChildren(kind === "item_ids"
      ? itemPicker(".item_ids", "Items", kept.item_ids, tell)
      : filterForm(".filter", "Items with", kept.filter, tell));
  }

  const start = "item_ids" in value ? "item_ids" : "filter";
  const choice = selectField("", `${verb} which items`, start, (kind) => {
    set(other[kind], undefined);
    set(kind, kept[kind]);
    draw(kind);
  }, [["filter", "all items that pass a filter"], ["item_ids", "chosen items"]]);
  draw(start);
  return { element: h("div", { class: "target" }, choice, place), set };
}
