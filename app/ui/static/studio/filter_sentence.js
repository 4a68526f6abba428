// A filter in plain words, as a noun: `brand Sony or LG`, `price below 50`.

import { clip, day } from "./format.js";
import { isList, isObject } from "./shape.js";

export const listed = (parts, word) =>
  parts.length < 2
    ? parts.join("")
    : `${parts.slice(0, -1).join(", ")} ${word} ${parts[parts.length - 1]}`;

// The first few by name; a list of hundreds is told by its length.
export const some = (values, word, most = 6) =>
  values.length > most
    ? `${values.slice(0, most - 1).join(", ")} ${word} ${values.length - most + 1} more`
    : listed(values, word);

const NAMES = {
  categories: "category",
  in_stock: "in stock",
  review_count: "number of reviews",
  released_at: "release",
  group_id: "group",
  id: "item",
};

export const fieldName = (field) =>
  NAMES[field] ?? String(field).replace(/^attributes\./, "").replaceAll("_", " ");

const BOUNDS = { gte: "at least", gt: "above", lte: "at most", lt: "below" };
const DATES = { gte: "from", gt: "after", lte: "up to", lt: "before" };

export function filterWords(filter) {
  if (!isObject(filter)) return "everything";
  if (isList(filter.all)) {
    return filter.all.length ? listed(filter.all.map(conjunct), "and") : "everything";
  }
  if (isList(filter.any)) return `either ${listed(filter.any.map(inner), "or")}`;
  if ("not" in filter) return `anything but ${inner(filter.not)}`;
  if (!filter.field) return clip(JSON.stringify(filter), 60);
  if (isList(filter.any_of)) return oneOf(filter.field, filter.any_of);
  return range(filter);
}

// A part of several that must all hold reads without brackets where it is simple.
function conjunct(part) {
  if (isObject(part) && "not" in part) return `not ${inner(part.not)}`;
  return inner(part).replace(/^what is /, "");
}

// Brackets where a part would otherwise run into its neighbours.
function inner(part) {
  const words = filterWords(part);
  const joined = isObject(part) && (part.all?.length > 1 || part.any || "not" in part);
  return joined ? `(${words})` : words;
}

function oneOf(field, values) {
  if (field === "in_stock" && values.length === 1) {
    return values[0] === true ? "what is in stock" : "what is sold out";
  }
  const shown = values.map((value) => (value === true ? "yes" : value === false ? "no" : String(value)));
  return `${fieldName(field)} ${some(shown, "or") || "…"}`;
}

function range({ field, ...bounds }) {
  const names = field === "released_at" ? DATES : BOUNDS;
  const value = (bound) => (field === "released_at" ? day(bound) : String(bound));
  const parts = Object.keys(names)
    .filter((name) => bounds[name] !== undefined)
    .map((name) => `${names[name]} ${value(bounds[name])}`);
  return `${fieldName(field)} ${listed(parts, "and") || "…"}`;
}
