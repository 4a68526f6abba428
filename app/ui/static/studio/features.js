// The features that searches are ranked by: what they are, whether they still look as the live
// model knows them, and how soon they know of what shoppers do.

import { features } from "./api.js";
import { clear, h, icon, viewHead } from "./dom.js";
import { selectField } from "./fields.js";
import { count } from "./format.js";
import { begun, versionName } from "./model_words.js";
import { fixed, percent, seconds } from "./numbers.js";
import { go } from "./router.js";
import { may, refusal } from "./session.js";

// As the API documents it; over few lists it alerts later, since chance alone moves the index.
const SHIFT = 0.25;
const FULL = 0.5;
const FIRST = 4;
const LEAST_LISTS = 30;

const GROUPS = [["What shoppers did", true], ["The query's text and the item", false]];
const ORDERS = [["", "alerts first"], ["drift", "by drift"], ["missing", "by what is missing"]];

export async function showFeatures(root, { params, reload }) {
  if (!may("models")) {
    clear(root, viewHead("Features"), h("p", { class: "none" }, refusal("models")));
    return;
  }
  const report = await features();
  const order = params.get("by") ?? "";
  clear(root,
    viewHead("Features", leadWords(report),
      h("button", { type: "button", class: "plain", onclick: reload }, "Look again")),
    report.alerts.length > 0 && alertList(report.alerts),
    freshnessCard(report.freshness),
    h("div", { class: "finder" }, selectField("", "Order", order, (by) => go(["features"], { by }), ORDERS)),
    GROUPS.map(([title, behaviour]) => h("section", { class: "feature-group" }, h("h2", {}, title),
      h("ol", { class: "usage features", role: "list" },
        ordered(report.features.filter((one) => one.behaviour === behaviour), order)
          .map((one) => featureRow(one, report))))));
}

function leadWords({ lists, model_version: version }) {
  if (!lists) {
    return `No search was ${version ? "ordered by the live model" : "answered"} in the last day. ` +
      "Search for something, and its features are looked at here.";
  }
  const said = `As they were on the last ${count(lists, "list")} that shoppers were shown`;
  return version
    ? `${said}, beside what ${versionName(version)} was trained on.`
    : `${said}. No model is live to compare them with.`;
}

const lines = (alerts) => h("ul", {}, alerts.map((alert) => h("li", {}, `${begun(alert)}.`)));

const alertList = (alerts) => h("section", { class: "problems feature-alerts" }, icon("warn"),
  h("div", {}, h("h2", {}, count(alerts.length, "alert")), lines(alerts.slice(0, FIRST)),
    alerts.length > FIRST && h("details", {}, h("summary", {}, `${alerts.length - FIRST} more`),
      lines(alerts.slice(FIRST)))));

function freshnessCard({ events, p50, p99, slowest, waiting_seconds: waiting, aim }) {
  const figure = (name, value, late) => h("div", {}, h("dt", {}, name), h("dd", { class: late ? "late" : "" }, value));
  return h("section", { class: "card-like part" }, h("h2", {}, "From event to feature"),
    h("p", { class: "lead" }, events
      ? `Of the last ${count(events, "event")}. The aim is ${seconds(aim)} for 99 of 100.`
      : "No event has come since this service started, so nothing is measured yet."),
    h("dl", { class: "figures" },
      figure("Half of them within", seconds(p50), p50 > aim), figure("99 of 100 within", seconds(p99), p99 > aim),
      figure("The slowest", seconds(slowest)),
      figure("Waiting to be counted", waiting === null ? "nothing" : `for ${seconds(waiting)}`, waiting > aim)));
}

function ordered(listed, by) {
  const alerting = (one) => Number(one.alerts.length > 0);
  return [...listed].sort((one, other) =>
    alerting(other) - alerting(one) || (by ? (other[by] ?? -1) - (one[by] ?? -1) : 0));
}

function featureRow(feature, { lists, model_version: version }) {
  const { name, definition, mean, missing, trained_mean: trained, drift, alerts } = feature;
  return h("li", { class: `used feature${alerts.length ? " alerting" : ""}`, data: { feature: name } },
    h("div", { class: "rule-name" }, h("h2", {}, h("code", {}, name)),
      alerts.length > 0 && h("span", { class: "tag removed" }, "Alert"),
      h("span", { class: "meta" }, [
        mean === null ? "" : `mean ${fixed(mean)}${trained === null ? "" : `, trained on ${fixed(trained)}`}`,
        missing === null ? "" : `${percent(missing, 0)} say nothing`,
      ].filter(Boolean).join(" · "))),
    h("p", { class: "sentence" }, `${begun(definition)}.`),
    drift === null
      ? h("p", { class: "meta" }, lists ? driftMissing(version, trained, lists) : "")
      : [driftBar(drift), h("p", { class: alerts.some(ofDrift) ? "reason bad" : "meta" },
        `Drift ${fixed(drift, 2)}: ${driftWords(drift)}.`)],
    alerts.filter((alert) => drift === null || !ofDrift(alert))
      .map((alert) => h("p", { class: "reason bad" }, `${begun(alert)}.`)));
}

// It is said beside its bar already.
const ofDrift = (alert) => alert.startsWith("drift");

function driftMissing(version, trained, lists) {
  if (!version) return "";
  if (trained === null) return "The live model did not keep what it was trained on, so that no drift can be told.";
  if (lists < LEAST_LISTS) return `No drift can be told from fewer than ${LEAST_LISTS} lists.`;
  return "When the model was trained there was too little of this for anything to drift from.";
}

function driftWords(drift) {
  if (drift >= SHIFT) return `beyond ${SHIFT}, from which it is a shift`;
  return drift < 0.1 ? "as it was" : "somewhat moved";
}

// The notch is where a shift begins.
const driftBar = (drift) => h("div", { class: `meter drift${drift >= SHIFT ? " over" : ""}`, "aria-hidden": "true",
  style: `--limit: ${(100 * SHIFT) / FULL}%` }, h("span", { style: `--w: ${Math.min(100, (100 * drift) / FULL)}%` }));
