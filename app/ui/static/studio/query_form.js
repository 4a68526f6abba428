// The condition on the query: what it must be, begin with, end with, contain or match.

import { append, clear, h, icon } from "./dom.js";
import { checkField } from "./fields.js";
import { isFlag, isTexts, only, record, texts } from "./shape.js";
import { tokensField } from "./tokens.js";

const KINDS = {
  contains: "contains one of",
  is: "is one of",
  starts_with: "begins with one of",
  ends_with: "ends with one of",
  matches: "matches one of the patterns",
};

const MEMBERS = {
  is: isTexts, starts_with: isTexts, ends_with: isTexts, contains: isTexts, matches: isTexts,
  plurals: isFlag, typos: isFlag,
};

export const fitsQuery = (query) => only(query, MEMBERS);

export function queryForm(query, change) {
  let current = query;
  const set = record(query, (next) => change((current = next)));
  const list = h("div", { class: "kinds" });
  const adders = h("div", { class: "adders" });

  function addKind(kind) {
    const field = tokensField(`.${kind}`, `The query ${KINDS[kind]}`, texts(current[kind]),
      (values) => set(kind, values), kind === "matches"
        ? { hint: "Regular expressions on the lower-cased query. Press Enter after each one." }
        : { commas: true, hint: "Whole words; press Enter or a comma after each one." });
    const remove = h("button", { type: "button", class: "quiet remove", title: "Remove",
      "aria-label": `Remove “${KINDS[kind]}”`, onclick: () => {
        set(kind, undefined);
        row.remove();
        drawAdders();
        adders.querySelector("button").focus();
      } }, icon("close"));
    const row = h("div", { class: "row" }, field, remove);
    list.append(row);
    return field;
  }

  function drawAdders() {
    clear(adders, Object.keys(KINDS).filter((kind) => current[kind] === undefined).map((kind) =>
      h("button", { type: "button", class: "adder", onclick: () => {
        set(kind, []);
        const field = addKind(kind);
        drawAdders();
        field.querySelector("input").focus();
      } }, icon("plus"), KINDS[kind].replace(/ one of( the)?/, ""))));
  }

  Object.keys(KINDS).filter((kind) => current[kind] !== undefined).forEach(addKind);
  drawAdders();
  const flag = (name) => (on) => set(name, on || undefined);
  return append(h("div", {}), list, adders,
    h("div", { class: "side-by-side" },
      checkField(".plurals", "Singular and plural are alike", current.plurals, flag("plurals")),
      checkField(".typos", "Forgive small typos", current.typos, flag("typos"))));
}
