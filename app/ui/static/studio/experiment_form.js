// Plans an experiment, or changes the plan of one that has not started.

import { experiments, models, versions } from "./api.js";
import { same } from "./changes.js";
import { armForm } from "./arm_form.js";
import { clear, h, icon, viewHead } from "./dom.js";
import { nameOf } from "./experiment_words.js";
import { group, momentField, numberField, selectField, textField } from "./fields.js";
import { clearProblems, showProblems } from "./problems.js";
import { address, go } from "./router.js";
import { rows } from "./rows.js";
import { may, refusal } from "./session.js";
import { say } from "./status.js";

const MOST_ARMS = 10;
const NEW_PLAN = {
  key: "", name: "", kind: "split", arms: [{ name: "today", weight: 1 }, { name: "new", weight: 1 }],
  guardrails: { min_searches: 1000 },
};

export async function showExperimentForm(root, { key, params }) {
  if (!may("models")) {
    clear(root, viewHead("Experiment"), h("p", { class: "none" }, refusal("models")));
    return;
  }
  const copied = params.get("copy");
  const [entry, listed, rulesets] = await Promise.all([
    key || copied ? experiments.get(key ?? copied) : null,
    models.list(1, 50),
    may("rules:read") ? versions.list(1, 50) : { rulesets: [] },
  ]);
  const plan = entry ? planOf(entry, Boolean(key)) : NEW_PLAN;
  const form = planForm(plan, { key, revision: key ? entry.revision : null, choices: choicesOf(listed, rulesets) });
  const title = key ? nameOf(entry) : "New experiment";
  clear(root,
    h("nav", { class: "crumbs", "aria-label": "Where you are" },
      h("a", { href: address(["experiments"]) }, "Experiments"), " / ", title),
    viewHead(title, "A plan does nothing until you start it."), form.element);
  return { unsaved: form.unsaved };
}

// A copy is another experiment, at another time.
const planOf = ({ key, name, kind, arms, guardrails, ends_at: ends }, same) => (same
  ? { key, name, kind, arms, guardrails, ends_at: ends }
  : { key: "", name: name && `${name} (copy)`, kind, arms, guardrails });

const choicesOf = ({ models: listed }, { rulesets }) => ({
  models: listed.filter(({ refused }) => !refused),
  rulesets,
});

function planForm(plan, { key, revision, choices }) {
  let current = plan;
  let saved = plan;
  let expected = revision;
  const set = (name) => (value) => {
    current = { ...current };
    if (value === undefined) delete current[name];
    else current[name] = value;
  };
  const setRail = (name, read = (value) => value) => (value) =>
    set("guardrails")({ ...current.guardrails, [name]: value === undefined ? null : read(value) });
  const notices = h("div", { class: "notices" });
  const arms = rows({
    values: plan.arms, change: set("arms"), least: 2, path: (n) => `[${n}]`,
    name: (arm, n) => `arm ${arm.name || n + 1}`, render: (arm, change) => armForm(arm, change, choices),
  });
  const adder = h("button", { type: "button", class: "adder", onclick: () =>
    current.arms.length < MOST_ARMS && arms.push({ name: "", weight: 1 }) }, icon("plus"), "Another arm");
  const rails = group(".guardrails", "Stop by itself when an arm is worse than the first",
    h("div", { class: "side-by-side" },
      numberField(".p99_ms_ratio", "So many times as slow", plan.guardrails.p99_ms_ratio, setRail("p99_ms_ratio"),
        { hint: "Of the slowest hundredth; 1.5 is half as long again. Empty for no limit.", placeholder: "1.5" }),
      numberField(".empty_rate_increase", "So many more of 100 find nothing",
        hundredfold(plan.guardrails.empty_rate_increase), setRail("empty_rate_increase", hundredth),
        { hint: "2 lets two more of a hundred searches find nothing. Empty for no limit.", placeholder: "2" }),
      numberField(".min_searches", "Not before so many searches", plan.guardrails.min_searches,
        (value) => setRail("min_searches")(value ?? 1000), { hint: "Of the arm and of the first." })));

  function draw(kind) {
    element.classList.toggle("interleaves", kind === "interleave");
    rails.hidden = kind === "interleave";
    adder.parentElement.hidden = kind === "interleave";
  }

  async function save(event) {
    event.preventDefault();
    clearProblems(element);
    clear(notices);
    button.disabled = true;
    try {
      const made = await (key
        ? experiments.save(key, sent(current, true), expected) : experiments.create(sent(current)));
      saved = current;
      say(key ? "The plan is saved." : "The experiment is planned. It does nothing until you start it.");
      go(["experiments", "show", made.key]);
    } catch (problem) {
      refuse(problem);
    } finally {
      button.disabled = false;
    }
  }

  function refuse(problem) {
    if (problem.status === 412 && problem.current) expected = problem.current.revision;
    const text = problem.status === 412
      ? "Someone else has saved this plan meanwhile. Save again to put yours in the place of theirs."
      : problem.message;
    clear(notices, showProblems(element, text, (problem.errors ?? []).map(rooted)));
    notices.firstChild.focus();
  }

  const button = h("button", { type: "submit", class: "main" }, key ? "Save the plan" : "Plan it");
  const element = h("form", { class: "rule-form experiment-form", data: { path: "$" }, onsubmit: save },
    notices,
    h("section", { class: "part-of-rule" }, h("h2", {}, "What it is"),
      h("div", { class: "side-by-side" },
        textField(".name", "Name", plan.name, (value) => set("name")(value ?? ""),
          { placeholder: "Clicks of November" }),
        textField(".key", "Key", plan.key, (value) => set("key")(value ?? ""), { required: true, readonly: Boolean(key),
          placeholder: "clicks-november",
          hint: "Stands in searches' answers and in the log. Letters, digits, dots, dashes." })),
      h("div", { class: "side-by-side" },
        selectField(".kind", "Kind", plan.kind, (kind) => { set("kind")(kind); draw(kind); }, [
          ["split", "Split: each shopper meets one arm"],
          ["interleave", "Interleave: each list has hits of both, for two models"],
        ], { hint: "Interleaving tells sooner which model is better; a split tells what it is worth." }),
        momentField(".ends_at", "Ends (optional)", plan.ends_at, set("ends_at")))),
    h("section", { class: "part-of-rule", data: { path: ".arms" } }, h("h2", {}, "Arms"),
      h("p", { class: "note" }, "The first one is what the others are compared with."),
      arms.element, h("div", { class: "adders" }, adder), h("p", { class: "wrong", hidden: true })),
    h("section", { class: "part-of-rule split-only" }, h("h2", {}, "Guardrails"), rails),
    h("div", { class: "answers" }, button,
      h("a", { class: "button plain", href: address(["experiments"]) }, "Cancel")));
  draw(plan.kind);
  return { element, unsaved: () => !same(current, saved) };
}

// The API begins a path with the body's first member.
const rooted = ({ path, reason }) => ({ path: path.startsWith("$") ? path : path ? `$.${path}` : "$", reason });

const hundredth = (value) => Number((value / 100).toFixed(8));
const hundredfold = (share) => (typeof share === "number" ? Number((100 * share).toFixed(6)) : undefined);

// What cannot be said of an interleaving is left out, though the form still has it.
function sent({ key, ...plan }, known) {
  const interleaved = plan.kind === "interleave";
  const arms = plan.arms.map(({ name, weight, model_version: model, ruleset_version: rules }) => ({
    name, weight: interleaved ? 1 : weight, model_version: model || null,
    ruleset_version: interleaved ? null : rules ?? null,
  }));
  return {
    ...plan, arms, ...(known ? {} : { key: key.trim() }),
    guardrails: interleaved ? {} : plan.guardrails,
  };
}
