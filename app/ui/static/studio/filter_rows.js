// A filter as rows of a form and back: conditions that must all hold. A filter that says more than
// that has no rows, and is edited as JSON.

import { isFlag, isList, isNumber, isObject, isText, only } from "./shape.js";

export const FIELD_KINDS = {
  brand: "text", categories: "text", price: "number", in_stock: "flag", rating: "number",
  review_count: "number", popularity: "number", released_at: "date", group_id: "text", id: "text",
  currency: "text",
};
export const ATTRIBUTE = "attributes.";

// What can be asked of a field of that kind; an attribute may hold anything.
export const OPERATIONS = {
  text: ["any", "none"],
  number: ["range", "any_number", "none_number"],
  flag: ["flag"],
  date: ["range"],
  attribute: ["any", "none", "range", "any_number", "none_number", "flag"],
};

export const OPERATION_NAMES = {
  any: "is one of",
  none: "is none of",
  any_number: "is one of the numbers",
  none_number: "is none of the numbers",
  range: "is between",
  flag: "is",
};

export const kindOf = (field) =>
  FIELD_KINDS[field] ?? (field.startsWith(ATTRIBUTE) ? "attribute" : "text");

export function readRows(filter) {
  if (!isObject(filter)) return null;
  const listed = isList(filter.all) && Object.keys(filter).length === 1;
  const read = (listed ? filter.all : [filter]).map(readRow);
  return read.length && read.every(Boolean) ? { rows: read, listed } : null;
}

// One row is the condition itself, unless it stood in a list.
export function writeRows(rows, listed) {
  const written = rows.map(writeRow);
  return written.length === 1 && !listed ? written[0] : { all: written };
}

// Where in the filter a row's own condition stands.
export const rowPath = (row, n, total, listed) =>
  `${total > 1 || listed ? `.all[${n}]` : ""}${row.operation.startsWith("none") ? ".not" : ""}`;

export const newRow = (field = "brand") => ({
  field, operation: OPERATIONS[kindOf(field)][0], values: [], bounds: {}, flag: true,
});

const isBound = (value) => isNumber(value) || isText(value);
const BOUNDS = { gt: isBound, gte: isBound, lt: isBound, lte: isBound };

function readRow(condition) {
  if (only(condition, { not: isObject })) {
    const row = condition.not && readRow(condition.not);
    const turned = { any: "none", any_number: "none_number" }[row?.operation];
    return turned ? { ...row, operation: turned } : null;
  }
  if (!isText(condition?.field)) return null;
  const row = newRow(condition.field);
  const allowed = OPERATIONS[kindOf(condition.field)];
  const fitting = "any_of" in condition ? readValues(condition, allowed) : readBounds(condition, allowed);
  return fitting && { ...row, ...fitting };
}

function readValues(condition, allowed) {
  const values = condition.any_of;
  if (!only(condition, { field: isText, any_of: isList })) return null;
  if (allowed.includes("flag") && values.length === 1 && isFlag(values[0])) {
    return { operation: "flag", flag: values[0] };
  }
  if (allowed.includes("any") && values.every(isText)) return { operation: "any", values };
  if (allowed.includes("any_number") && values.every(isNumber)) {
    return { operation: "any_number", values };
  }
  return null;
}

function readBounds({ field, ...bounds }, allowed) {
  if (!allowed.includes("range") || !only(bounds, BOUNDS)) return null;
  if (("gt" in bounds && "gte" in bounds) || ("lt" in bounds && "lte" in bounds)) return null;
  const right = kindOf(field) === "date" ? isText : isNumber;
  return Object.values(bounds).every(right) ? { operation: "range", bounds } : null;
}

function writeRow({ field, operation, values, bounds, flag }) {
  switch (operation) {
    case "range":
      return { field, ...bounds };
    case "flag":
      return { field, any_of: [flag] };
    case "none":
    case "none_number":
      return { not: { field, any_of: values } };
    default:
      return { field, any_of: values };
  }
}
