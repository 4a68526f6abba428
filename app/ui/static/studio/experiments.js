// All experiments, the newest first.

import { experiments } from "./api.js";
import { clear, h, icon, viewHead } from "./dom.js";
import { experimentActions } from "./experiment_actions.js";
import { nameOf, sentenceOf, statusTag, timeWords } from "./experiment_words.js";
import { address } from "./router.js";
import { may, refusal } from "./session.js";

export async function showExperiments(root, { reload }) {
  if (!may("models")) {
    clear(root, viewHead("Experiments"), h("p", { class: "none" }, refusal("models")));
    return;
  }
  const { experiments: listed } = await experiments.list();
  clear(root,
    viewHead("Experiments", "Models and rules tried on a part of the shoppers, before all of them meet them.",
      h("a", { class: "button main", href: address(["experiments", "new"]) }, icon("plus"), "New experiment")),
    listed.length
      ? h("ol", { class: "versions", role: "list" }, listed.map((one) => experimentRow(one, reload)))
      : h("div", { class: "blank" }, h("h2", {}, "No experiment yet"),
        h("p", {}, "An experiment shows some shoppers another model or other rules, and tells what that changes " +
          "in clicks, carts and purchases. Plan the first one above: it does nothing until you start it.")));
}

export const experimentTag = (experiment) => {
  const [kind, text] = statusTag(experiment);
  return h("span", { class: `tag ${kind}` }, text);
};

function experimentRow(experiment, reload) {
  const { key, stopped_because: because } = experiment;
  const show = address(["experiments", "show", key]);
  return h("li", { class: `version model${experiment.status === "running" ? " live" : ""}`, data: { experiment: key } },
    h("div", { class: "rule-text" },
      h("div", { class: "rule-name" }, h("h2", {}, h("a", { href: show }, nameOf(experiment))),
        experimentTag(experiment)),
      h("p", { class: "sentence" }, sentenceOf(experiment)),
      because && h("p", { class: "reason" }, `Stopped: ${because}`),
      h("p", { class: "meta" }, timeWords(experiment))),
    h("div", { class: "rule-actions" },
      experiment.status !== "draft" &&
        h("a", { href: show, "aria-label": `Results of ${nameOf(experiment)}` }, "Results"),
      experimentActions(experiment, reload, "link")));
}
