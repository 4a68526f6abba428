// One model in the list: where it came from, how it did at the gate, and what can be done with it.

import { h } from "./dom.js";
import { ago } from "./format.js";
import { promote } from "./model_actions.js";
import { gateTag, mainFigures, nameOf, reasonWords, sentenceOf } from "./model_words.js";
import { interval } from "./numbers.js";
import { address } from "./router.js";

export const modelTags = (model) => [
  model.live && h("span", { class: "tag added" }, "Live"),
  h("span", { class: `tag ${gateTag(model)[0]}` }, gateTag(model)[1]),
  model.refused && h("span", { class: "tag removed", title: model.refused }, "Cannot be served"),
];

export const promoteButton = (model, answer, done, kind = "link") =>
  h("button", { type: "button", class: kind, "aria-label": `Promote the model of ${nameOf(model)}`,
    data: { key: `promote ${model.version}` }, onclick: () => promote(model, answer, done) }, "Promote");

export function modelRow(model, answer, load) {
  const reasons = model.gate?.reasons ?? [];
  const more = reasons.length > 1 ? `, and ${reasons.length - 1} more` : "";
  return h("li", { class: `version model${model.live ? " live" : ""}`, data: { model: model.version } },
    h("div", { class: "rule-text" },
      h("div", { class: "rule-name" },
        h("h2", {}, h("a", { href: address(["models", model.version]), data: { key: model.version } }, nameOf(model))),
        modelTags(model)),
      h("p", { class: "sentence" }, sentenceOf(model)),
      reasons.length > 0 && h("p", { class: `reason ${model.gate.passed ? "good" : "bad"}` },
        `${model.gate.passed ? "Passed" : "Refused"}: ${reasonWords(reasons[0])}${more}.`),
      model.refused && h("p", { class: "reason bad" }, `${model.refused}.`),
      h("p", { class: "meta" }, [
        ...mainFigures(model).map(([name, estimate]) => `${name} ${interval(estimate)}`),
        `trained ${ago(model.created_at)}`,
      ].join(" · ")),
      h("p", { class: "scopes" }, h("code", { class: "id" }, model.version))),
    h("div", { class: "rule-actions" },
      h("a", { href: address(["models", model.version]),
        "aria-label": `Details of the model of ${nameOf(model)}` }, "Details"),
      !model.live && !model.refused && promoteButton(model, answer, load)));
}
