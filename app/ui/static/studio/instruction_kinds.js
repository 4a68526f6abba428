// The thirteen things that a rule can do: their names, what a new one holds, which values the form
// can show exactly, and the form itself.

import { h } from "./dom.js";
import { areaField, checkField, jsonField, numberField, selectField, textField } from "./fields.js";
import { filterForm, NEW_FILTER } from "./filter_form.js";
import { fieldName } from "./filter_sentence.js";
import { itemPicker } from "./item_picker.js";
import {
  isFlag, isNumber, isObject, isText, isTextList, isTexts, only, record, texts,
} from "./shape.js";
import { targetForm } from "./target_form.js";
import { tokensField } from "./tokens.js";

const side = (...fields) => h("div", { class: "side-by-side" }, fields);

const PIN = { item_id: isText, group_id: isText, position: isNumber, ignore_filters: isFlag, ignore_stock: isFlag };
const BANNER = { title: isText, text: isText, image_url: isText, url: isText };
const SORT_NAMES = [
  ["price", "price"], ["rating", "rating"], ["popularity", "popularity"], ["newest", "release date"],
  ["reviews", "number of reviews"],
];
const DIRECTIONS = [
  ["", "the usual way round"], ["asc", "smallest or oldest first"], ["desc", "largest or newest first"],
];
const SORT = new RegExp(`^(${SORT_NAMES.map(([name]) => name).join("|")})(:(asc|desc))?$`);

const targeted = (members) => (value) =>
  only(value, { item_ids: isTextList, filter: isObject, ...members }) &&
  !("item_ids" in value && "filter" in value);

const moved = (name, verb) => ({
  name, start: { filter: NEW_FILTER, by: 2 }, fits: targeted({ by: isNumber }),
  form: (value, change) => {
    const target = targetForm(value, change, verb);
    return [target.element, numberField(".by", "By the factor", value.by, (by) => target.set("by", by),
      { hint: `2 makes it ${verb === "Boost" ? "twice" : "half"} as likely that a shopper picks the item.` })];
  },
});

export const KINDS = {
  pin: {
    name: "Pin", start: { position: 1 },
    fits: (value) => only(value, PIN) && !("item_id" in value && "group_id" in value),
    form: pinForm,
  },
  boost: moved("Boost", "Boost"),
  bury: moved("Bury", "Bury"),
  hide: {
    name: "Hide", start: { item_ids: [] }, fits: targeted({}),
    form: (value, change) => [targetForm(value, change, "Hide").element],
  },
  filter: {
    name: "Show only", start: NEW_FILTER, fits: isObject,
    form: (value, change) => [filterForm("", "Show only items with", value, change)],
  },
  synonym: {
    name: "Synonyms", start: { terms: [] },
    fits: (value) => only(value, { terms: isTextList, weight: isNumber, one_way: isFlag }),
    form: (value, change) => {
      const set = record(value, change);
      return [
        tokensField(".terms", "Terms", value.terms ?? [], (terms) => set("terms", terms), { commas: true }),
        side(
          numberField(".weight", "Weight", value.weight, (weight) => set("weight", weight),
            { placeholder: "1", hint: "How much the others count: above 0, at most 1." }),
          checkField(".one_way", "Only from the first term to the others", value.one_way,
            (on) => set("one_way", on || undefined))),
      ];
    },
  },
  replace_query: {
    name: "Replace query", start: "", fits: isText,
    form: (value, change) => [textField("", "Search for this instead", value, change, { keep: true })],
  },
  remove_words: {
    name: "Remove words", start: [], fits: isTexts,
    form: (value, change) => [tokensField("", "Words or phrases to leave out", texts(value), change,
      { commas: true })],
  },
  redirect: {
    name: "Redirect", start: "", fits: isText,
    form: (value, change) => [textField("", "Send the shopper to", value, change,
      { keep: true, placeholder: "https://… or /…" })],
  },
  banner: {
    name: "Banner", start: {}, fits: (value) => only(value, BANNER),
    form: (value, change) => {
      const set = record(value, change);
      return [
        textField(".title", "Title", value.title, (text) => set("title", text)),
        areaField(".text", "Text", value.text, (text) => set("text", text)),
        side(
          textField(".image_url", "Picture's address", value.image_url, (text) => set("image_url", text)),
          textField(".url", "Leads to", value.url, (text) => set("url", text))),
      ];
    },
  },
  sort: {
    name: "Sort", start: "price", fits: (value) => isText(value) && SORT.test(value),
    form: (value, change) => {
      let [name, direction = ""] = value.split(":");
      const tell = () => change(direction ? `${name}:${direction}` : name);
      return [side(
        selectField("", "Sort by", name, (chosen) => { name = chosen; tell(); }, SORT_NAMES),
        selectField("", "Direction", direction, (chosen) => { direction = chosen; tell(); }, DIRECTIONS))];
    },
  },
  diversify: {
    name: "Diversify", start: { field: "brand", max_per_page: 3 },
    fits: (value) => only(value, { field: isText, max_per_page: isNumber }),
    form: (value, change) => {
      const set = record(value, change);
      return [side(
        textField(".field", "Field", value.field, (field) => set("field", field),
          { hint: `Such as ${fieldName("brand")}, or attributes.colour.` }),
        numberField(".max_per_page", "At most on a page", value.max_per_page,
          (most) => set("max_per_page", most)))];
    },
  },
  data: {
    name: "Data", start: {}, fits: isObject,
    form: (value, change) => [jsonField("", "Data for the page, as JSON", value, change, { rows: 4 })],
  },
};

function pinForm(value, change) {
  let grouped = "group_id" in value;
  const set = record(value, change);
  const place = h("div", {});
  const draw = (id) => place.replaceChildren(itemPicker(grouped ? ".group_id" : ".item_id",
    grouped ? "Product" : "Item", id ? [id] : [],
    ([chosen]) => set(grouped ? "group_id" : "item_id", chosen), { most: 1, grouped }));
  const what = selectField("", "What to pin", grouped ? "group" : "item", (chosen) => {
    set(grouped ? "group_id" : "item_id", undefined);
    grouped = chosen === "group";
    draw();
  }, [["item", "one item"], ["group", "the best variant of a product"]]);
  draw(value.group_id ?? value.item_id);
  const flag = (name) => (on) => set(name, on || undefined);
  return [
    place,
    side(what, numberField(".position", "Position", value.position, (position) => set("position", position),
      { placeholder: "1" })),
    side(
      checkField(".ignore_filters", "Even when filters would leave it out", value.ignore_filters,
        flag("ignore_filters")),
      checkField(".ignore_stock", "Even when it is sold out", value.ignore_stock, flag("ignore_stock"))),
  ];
}
