// One model: how it did at the gate, what it has learned, and where it came from.

import { models } from "./api.js";
import { clear, h, viewHead } from "./dom.js";
import { ago, count, moment } from "./format.js";
import { gateSection } from "./gate_report.js";
import { learnedSection } from "./model_learned.js";
import { modelTags, promoteButton } from "./model_row.js";
import {
  ARCHITECTURES, begun, biasWords, figureName, isDifference, nameOf, sentenceOf, versionName,
} from "./model_words.js";
import { interval, seconds, signed } from "./numbers.js";
import { address } from "./router.js";
import { may, refusal } from "./session.js";

export async function showModel(root, { version, reload }) {
  if (!may("models")) {
    clear(root, viewHead("Model"), h("p", { class: "none" }, refusal("models")));
    return;
  }
  const [model, answer] = await Promise.all([models.get(version), models.list(1, 1)]);
  const name = nameOf(model);
  clear(root,
    h("nav", { class: "crumbs", "aria-label": "Where you are" },
      h("a", { href: address(["models"]) }, "Models"), " / ", name),
    viewHead(`Model of ${name}`, sentenceOf(model),
      !model.live && !model.refused && promoteButton(model, answer, reload, "main")),
    h("p", { class: "tags" }, modelTags(model)),
    model.refused && h("p", { class: "problems" }, model.refused),
    model.gate_report ? gateSection(model.gate_report) : ungated(model),
    learnedSection(model),
    factsSection(model),
    model.history.length > 0 && historySection(model));
}

const ungated = ({ metrics }) => h("section", { class: "card-like part" }, h("h2", {}, "The gate"),
  h("p", { class: "none" },
    "This model never stood before it: it was trained on judgments alone, and promoted by hand."),
  Object.keys(metrics).length > 0 && h("dl", { class: "origin" }, Object.entries(metrics).map(([name, estimate]) =>
    fact(figureName(name), interval(estimate, isDifference(name) ? signed : undefined)))));

const fact = (name, value) => value && h("div", {}, h("dt", {}, name), h("dd", {}, value));

function factsSection(model) {
  const { window } = model;
  const leftOut = Object.entries(window?.left_out ?? {});
  return h("section", { class: "card-like part" }, h("h2", {}, "Where it came from"),
    h("dl", { class: "origin" },
      fact("Architecture", ARCHITECTURES[model.architecture] ?? model.architecture),
      fact("Position", window && biasWords(model.bias)),
      fact("Trained", `${moment(model.created_at)}${model.seconds ? `, in ${seconds(model.seconds)}` : ""}`),
      fact("Lists", window &&
        `${count(window.learned, "list")} learned from, ${count(window.held_out, "list")} held out`),
      fact("Shown", window &&
        `${moment(window.since)} to ${moment(window.until)}; held out from ${moment(window.split)} on`),
      fact("Left out", leftOut.length > 0 &&
        leftOut.map(([reason, lists]) => `${count(lists, "list")}: ${reason}`).join("; ")),
      fact("Judgments", model.judgments && `${count(model.judged_pairs, "pair")} (${model.judgments})`),
      fact("Queries", count(model.queries, "query", "queries")),
      fact("Parameters", model.parameters.toLocaleString("en")),
      fact("Features", `${model.features.length}, made as ${model.feature_fingerprint}`),
      fact("Seed", String(model.seed)),
      fact("TensorFlow", model.tensorflow),
      fact("MLflow run", model.run && h("code", { class: "id" }, model.run)),
      fact("Version", h("code", { class: "id" }, model.version))));
}

const historySection = ({ history }) => h("section", { class: "card-like part" }, h("h2", {}, "When it went live"),
  h("ul", { class: "reasons", role: "list" }, history.map((entry) => h("li", {},
    begun(entry.kind === "rollback" ? "came back" : "promoted"),
    ` by ${entry.actor || "nobody who is known"}, after ${versionName(entry.before)}`,
    entry.forced && ", although the gate had refused it", ", ",
    h("time", { class: "meta", datetime: entry.at, title: moment(entry.at) }, ago(entry.at))))));
