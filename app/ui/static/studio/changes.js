// What differs between two JSON values, member by member, as the API's own diffs say it.

import { isList, isObject } from "./shape.js";

export const same = (one, other) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

// Two values are the same whatever the order in which their members were written.
function sorted(value) {
  if (isList(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
}

// Lists of as many objects, such as instructions, are compared one by one.
const lists = (one, other) =>
  isList(one) && isList(other) && one.length === other.length && [...one, ...other].every(isObject);

export function changes(before, after, path = "") {
  if (same(before, after)) return [];
  if (lists(before, after)) {
    return before.flatMap((part, n) => changes(part, after[n], `${path}[${n}]`));
  }
  if (!isObject(before) || !isObject(after)) return [{ path, before, after }];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) =>
    changes(before[name], after[name], path ? `${path}.${name}` : name));
}
