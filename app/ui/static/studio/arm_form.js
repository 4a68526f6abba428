// One arm of an experiment: its name, its share, and which model and rules it searches by.

import { h } from "./dom.js";
import { numberField, selectField, textField } from "./fields.js";
import { ARCHITECTURES, gateTag, nameOf, versionName } from "./model_words.js";
import { may } from "./session.js";
import { record } from "./shape.js";

export function armForm(arm, change, { models, rulesets }) {
  const set = record(arm, change);
  return h("div", { class: "arm" },
    textField(".name", "Name", arm.name, (value) => set("name", value ?? ""), { required: true }),
    numberField(".weight", "Weight", arm.weight, (value) => set("weight", value ?? 1)),
    selectField(".model_version", "Model", arm.model_version ?? "", (value) => set("model_version", value || null),
      withOwn(arm.model_version, [["", "the live one"], ["retrieval", "none: the order of retrieval"],
        ...models.map((model) => [model.version, modelWords(model)])], versionName)),
    selectField(".ruleset_version", "Rules", String(arm.ruleset_version ?? ""),
      (value) => set("ruleset_version", value ? Number(value) : null),
      withOwn(arm.ruleset_version, [["", "the live ones"], ["0", "none"],
        ...rulesets.map(({ version, message }) => [String(version), `version ${version}: ${message}`])],
        (version) => `version ${version}`),
      { hint: may("rules:publish") ? undefined : "Other rules need the scope rules:publish." }));
}

const modelWords = (model) =>
  `${nameOf(model)}, ${(ARCHITECTURES[model.architecture] ?? model.architecture).toLowerCase()}, ` +
  (model.live ? "live" : gateTag(model)[1].toLowerCase());

// What a plan names stays among the choices, also when the list no longer reaches back to it.
const withOwn = (own, choices, words) =>
  (own && !choices.some(([value]) => value === String(own)) ? [...choices, [String(own), words(own)]] : choices);
