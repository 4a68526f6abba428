// Which shopper a preview looks through: filter, order, segments and the like, for all queries.

import { h } from "./dom.js";
import { areaField, jsonField, textField } from "./fields.js";
import { tokensField } from "./tokens.js";

export function lensForm() {
  const given = {};
  const set = (name) => (value) => {
    if (value === undefined || value.length === 0) delete given[name];
    else given[name] = value;
  };
  const element = h("details", { class: "lens" },
    h("summary", {}, "As a certain shopper, or with judgments"),
    h("div", { class: "lens-fields" },
      h("div", { class: "side-by-side" },
        tokensField("", "Segments", [], set("segments")),
        textField("", "Locale", "", set("locale"), { placeholder: "de-AT" }),
        textField("", "Sorted by", "", set("sort"), { placeholder: "price" })),
      h("div", { class: "side-by-side" },
        jsonField("", "Context as JSON", undefined, set("context"), { hint: 'Such as {"device": "phone"}' }),
        jsonField("", "Experiments as JSON", undefined, set("experiments"), { hint: 'Such as {"autumn": "b"}' }),
        jsonField("", "Filter as JSON", undefined, set("filter"),
          { hint: 'Such as {"field": "brand", "any_of": ["Sony"]}' })),
      areaField("", "Judgments", "", (text) => set("judgments")(readJudgments(text ?? "")), { rows: 3,
        hint: "Query, item id and grade on each line, with commas or tabs between. They give the nDCG." })));
  // A text that cannot be read is shown, wherever it stands.
  element.addEventListener("invalid", () => (element.open = true), true);
  return { element, body: () => ({ ...given }) };
}

// The query may hold commas itself, so the item and the grade are the last two.
function readJudgments(text) {
  return text.split("\n").map((line) => line.split(/[,\t]/).map((part) => part.trim()))
    .filter((parts) => parts.length >= 3 && !Number.isNaN(Number(parts.at(-1))))
    .map((parts) => ({ query: parts.slice(0, -2).join(", "), item_id: parts.at(-2), grade: Number(parts.at(-1)) }));
}
