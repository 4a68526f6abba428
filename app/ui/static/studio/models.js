// All models, the newest first: how each did, which is live, and the ways to another one.

import { models } from "./api.js";
import { clear, h, viewHead } from "./dom.js";
import { selectField } from "./fields.js";
import { intervalPlot } from "./interval_plot.js";
import { keepFocus } from "./kept_focus.js";
import { canRollBack, rollBack } from "./model_actions.js";
import { modelRow } from "./model_row.js";
import { begun, figureName, isDifference, nameOf, versionName } from "./model_words.js";
import { signed } from "./numbers.js";
import { pager } from "./pager.js";
import { address } from "./router.js";
import { may, refusal } from "./session.js";
import { trainForm } from "./train_form.js";
import { trainings } from "./trainings.js";

const PLOTTED = 15;

export async function showModels(root, { params }) {
  if (!may("models")) {
    clear(root, viewHead("Models"), h("p", { class: "none" }, refusal("models")));
    return;
  }
  const page = Number(params.get("page")) || 1;
  let metric = "";
  const lead = h("p", { class: "lead" });
  const actions = h("div", { class: "actions" });
  const running = trainings({ ended: load });
  const figures = h("div", {});
  const list = h("div", {});

  async function load() {
    const answer = await models.list(page);
    keepFocus(actions, () => clear(actions, canRollBack(answer) && h("button", {
      type: "button", class: "plain", data: { key: "rollback" },
      onclick: () => rollBack(answer, load) }, "Roll back")));
    lead.textContent = leadWords(answer);
    running.show(answer.tasks);
    keepFocus(figures, () => drawFigures(answer));
    keepFocus(list, () => clear(list,
      answer.models.length
        ? h("ol", { class: "versions", role: "list" }, answer.models.map((model) => modelRow(model, answer, load)))
        : nothing(),
      pager(answer, (n) => address(["models"], { page: n }))));
    return answer;
  }

  function drawFigures(answer) {
    const names = [...new Set(answer.models.flatMap((model) => Object.keys(model.metrics)))].filter(wanted);
    if (!names.length) return clear(figures);
    if (!names.includes(metric)) metric = names.find((name) => name.startsWith("judgments")) ?? names[0];
    const choice = names.length > 1 && selectField("", "Show", metric, (name) => {
      metric = name;
      drawFigures(answer);
      figures.querySelector("select").focus();
    }, names.map((name) => [name, figureName(name)]));
    return clear(figures, h("section", { class: "card-like figures-card" },
      h("div", { class: "finder" }, choice), versionPlot(answer, metric)));
  }

  const form = trainForm({ started: load });
  clear(root,
    h("div", { class: "view-head" },
      h("div", { class: "view-name" }, h("h1", { tabindex: "-1" }, "Models"), lead), actions),
    running.element, form, figures, list);
  const { total } = await load();
  form.open = total === 0;
}

const wanted = (name) => name.includes("ndcg@10");

function leadWords({ live, serving }) {
  if (!live) return "No model is live: shoppers meet the order of retrieval.";
  const said = `${begun(versionName(live))} is live.`;
  return serving === live ? said : `${said} This service still ranks by ${versionName(serving)}.`;
}

const nothing = () => h("div", { class: "blank" },
  h("h2", {}, "No model yet"),
  h("p", {}, "A model learns from what shoppers do which hits belong on top. Once some have searched and clicked, " +
    "train one above. With judgments it can be done before: ", h("code", {}, "endcap train --judgments FILE"), "."));

function versionPlot({ models: listed }, metric) {
  const over = isDifference(metric);
  const measured = listed.filter((model) => model.metrics[metric]).slice(0, PLOTTED);
  return intervalPlot({
    title: figureName(metric),
    note: "With 95 % intervals, the newest first." +
      (metric.startsWith("clicks") ? " Each on the lists held out at its own time." : ""),
    zero: over ? 0 : undefined, least: 0.02, write: over ? signed : undefined,
    rows: measured.map((model) => ({
      name: `${nameOf(model)}${model.live ? " (live)" : ""}`, tone: over ? undefined : model.live ? "live" : "",
      marks: [{ estimate: model.metrics[metric] }],
    })),
  });
}
