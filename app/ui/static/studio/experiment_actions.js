// What can be done with an experiment in its state; the list and its own page both offer it.

import { experiments } from "./api.js";
import { ask, confirmed } from "./dialog.js";
import { h, newId } from "./dom.js";
import { nameOf } from "./experiment_words.js";
import { labelled } from "./fields.js";
import { fromLocal, moment, toLocal, ZONE } from "./format.js";
import { address } from "./router.js";
import { complain, say } from "./status.js";

const HOUR_MS = 36e5;
const CHANGED = "Someone else has changed it meanwhile, so nothing was done. Here is how it stands now.";

// `kind` is the class of its buttons; `gone` is called instead of `done` once it is deleted.
export function experimentActions(experiment, done, kind, gone = done) {
  const { key, status } = experiment;
  const name = nameOf(experiment);
  const button = (label, work, more = "") => h("button", { type: "button", class: `${kind}${more}`,
    "aria-label": `${label} ${name}`, onclick: work }, label);
  const link = (label, steps, params) => h("a", { href: address(steps, params), "aria-label": `${label} ${name}`,
    class: kind === "link" ? null : `button ${kind}` }, label);
  return [
    status === "draft" && button("Start", () => start(experiment, done), kind === "link" ? "" : " first"),
    (status === "running" || status === "scheduled") && button("Stop", () => stop(experiment, done)),
    status === "draft" && link("Change", ["experiments", "edit", key]),
    link("Duplicate", ["experiments", "new"], { copy: key }),
    status === "draft" && button("Delete", () => remove(experiment, gone)),
  ];
}

async function change(work, said, done) {
  try {
    say(said(await work()));
  } catch (problem) {
    complain(problem.status === 412 ? { message: CHANGED } : problem);
  }
  await done();
}

async function start(experiment, done) {
  const name = newId("when");
  const at = h("input", { type: "datetime-local", min: toLocal(new Date().toISOString()), disabled: true,
    value: toLocal(new Date(Date.now() + HOUR_MS).toISOString()) });
  const choice = (value, text) => h("label", { class: "choice" },
    h("input", { type: "radio", name, value, checked: value === "now", autofocus: value === "now",
      onchange: () => (at.disabled = value === "now") }), text);
  const sure = await confirmed({ title: `Start “${nameOf(experiment)}”?`, action: "Start",
    text: "Every shopper stays in the arm that they are dealt to. The plan cannot be changed any more.",
    body: h("div", { class: "asked" }, h("fieldset", { class: "choices" }, h("legend", {}, "When"),
      choice("now", "Now"), choice("later", "At a time")), labelled("", "At", at, `Your time zone: ${ZONE}`)) });
  if (!sure) return;
  const wanted = at.disabled ? null : fromLocal(at.value);
  await change(() => experiments.start(experiment.key, wanted, experiment.revision),
    ({ status, starts_at: starts }) => (status === "scheduled"
      ? `It starts on ${moment(starts)}.` : "The experiment runs."), done);
}

async function stop(experiment, done) {
  const reason = h("textarea", { rows: 2, required: true, maxlength: 1000, autofocus: true,
    placeholder: "What it has shown, or what is wrong" });
  const answer = await ask({ title: `Stop “${nameOf(experiment)}” for good?`,
    text: "Everybody meets what is live again. Its results are kept; it cannot be started again.",
    body: h("div", { class: "asked" }, labelled("", "Why", reason)),
    answers: [{ value: "", label: "Cancel" }, { value: "yes", label: "Stop it", kind: "danger" }] });
  if (answer !== "yes") return;
  await change(() => experiments.stop(experiment.key, reason.value.trim(), experiment.revision),
    () => "The experiment is stopped.", done);
}

async function remove(experiment, gone) {
  const sure = await confirmed({ title: `Delete “${nameOf(experiment)}”?`, action: "Delete", danger: true,
    text: "It never ran, so that nothing else is lost. This cannot be taken back." });
  if (!sure) return;
  await change(() => experiments.remove(experiment.key, experiment.revision),
    () => "The experiment is deleted.", gone);
}
