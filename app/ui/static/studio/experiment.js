// One experiment: its plan, its state, and what came of it so far.

import { experiments } from "./api.js";
import { clear, h, icon, viewHead } from "./dom.js";
import { experimentActions } from "./experiment_actions.js";
import { experimentResults } from "./experiment_results.js";
import { armWords, nameOf, sentenceOf, shareOf, timeWords } from "./experiment_words.js";
import { experimentTag } from "./experiments.js";
import { percent } from "./numbers.js";
import { address, go } from "./router.js";
import { may, refusal } from "./session.js";
import { numbersTable } from "./svg.js";

export async function showExperiment(root, { key, reload }) {
  if (!may("models")) {
    clear(root, viewHead("Experiment"), h("p", { class: "none" }, refusal("models")));
    return;
  }
  const experiment = await experiments.get(key);
  const { status, problem, results, stopped_because: because } = experiment;
  clear(root,
    h("nav", { class: "crumbs", "aria-label": "Where you are" },
      h("a", { href: address(["experiments"]) }, "Experiments"), " / ", nameOf(experiment)),
    viewHead(nameOf(experiment), sentenceOf(experiment),
      status === "running" && h("button", { type: "button", class: "plain", onclick: reload }, "Look again"),
      experimentActions(experiment, reload, "plain", () => go(["experiments"]))),
    h("p", { class: "tags" }, experimentTag(experiment), h("span", { class: "meta" }, timeWords(experiment))),
    because && h("p", { class: "deleted scheduled" }, h("strong", {}, "Stopped: "), because),
    problem && h("p", { class: "problems", role: "alert" }, icon("warn"),
      h("span", {}, `It should run, but does not: ${problem}`)),
    results ? experimentResults(experiment, results) : h("p", { class: "none" }, waitingWords(experiment)),
    planSection(experiment));
}

const waitingWords = ({ status }) => (status === "draft"
  ? "It is planned and does nothing yet. Start it, and results appear here."
  : "It has not started yet. Results appear here once it has.");

function planSection({ kind, arms, guardrails: rails }) {
  const interleaved = kind === "interleave";
  const lines = [
    rails.p99_ms_ratio &&
      `the slowest hundredth of an arm's searches takes more than ${rails.p99_ms_ratio} times ` +
      "as long as the first arm's",
    rails.empty_rate_increase !== null &&
      `${percent(rails.empty_rate_increase)} more of an arm's searches find nothing than of the first arm's`,
  ].filter(Boolean);
  return h("section", { class: "card-like part" }, h("h2", {}, "The plan"),
    numbersTable("Arms", { heads: ["Arm", interleaved ? "Hits" : "Shoppers", "Searches by"],
      rows: arms.map((arm) => [arm.name, interleaved ? "every other" : percent(shareOf(arm, arms)), armWords(arm)]) }),
    !interleaved && h("p", { class: "note" }, lines.length
      ? `It stops by itself when ${lines.join(", or when ")}; ` +
        `from ${rails.min_searches.toLocaleString("en")} searches of each on.`
      : "It has no guardrails: it runs until it ends or somebody stops it."));
}
