// What kind of JSON value something is; the form shows what it can hold exactly, and only that.

export const isText = (value) => typeof value === "string";
export const isNumber = (value) => typeof value === "number";
export const isFlag = (value) => typeof value === "boolean";
export const isList = Array.isArray;
export const isObject = (value) => typeof value === "object" && value !== null && !isList(value);
export const isTextList = (value) => isList(value) && value.every(isText);
export const isTexts = (value) => isText(value) || isTextList(value);
export const isAny = () => true;

// An object with some of these members, each of its kind, and with no other.
export const only = (value, members) =>
  isObject(value) &&
  Object.entries(value).every(([name, part]) => Object.hasOwn(members, name) && members[name](part));

export const texts = (value) => (isText(value) ? [value] : isList(value) ? value.filter(isText) : []);

// Keeps an object's other members while one is set; undefined takes the member out.
export function record(value, change) {
  let current = value;
  return (name, part) => {
    current = { ...current };
    if (part === undefined) delete current[name];
    else current[name] = part;
    change(current);
  };
}
