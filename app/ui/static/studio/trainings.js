// The trainings that are under way, with how far they are, and what came of the last ones.

import { cancelTask, models } from "./api.js";
import { clear, h, later } from "./dom.js";
import { ago } from "./format.js";
import { keepFocus } from "./kept_focus.js";
import { ARCHITECTURES, phaseWords, reasonWords, share, stepsWords, versionName } from "./model_words.js";
import { address } from "./router.js";
import { guard } from "./session.js";
import { complain, say, tell } from "./status.js";

const LOOK_MS = 1000;
const SHOWN = 5;

const underWay = ({ status }) => status === "enqueued" || status === "processing";

// `ended` is called once something that was under way no longer is.
export function trainings({ ended }) {
  const element = h("div", { class: "trainings" });
  const lookAgain = later(look, LOOK_MS);
  let known = new Map();
  let shown = "";
  let told = "";

  async function look() {
    if (!element.isConnected) return;
    const answer = await models.list(1, 1).catch(() => null);
    if (!element.isConnected) return;
    if (!answer) return lookAgain();
    const over = answer.tasks.filter((task) => known.get(task.id) && !underWay(task));
    show(answer.tasks);
    if (!over.length) return;
    for (const task of over) {
      if (task.status === "failed") complain({ message: outcomeWords(task) });
      else say(outcomeWords(task));
    }
    await ended();
  }

  function show(tasks) {
    known = new Map(tasks.map((task) => [task.id, underWay(task)]));
    const active = tasks.filter(underWay);
    draw(active, tasks.filter((task) => !underWay(task)).slice(0, SHOWN));
    if (!active.length) return;
    const words = phaseWords(active.at(-1).progress);
    if (words !== told) tell(words);
    told = words;
    lookAgain();
  }

  // Only what is new is drawn, so that a bar keeps moving.
  function draw(active, past) {
    const next = JSON.stringify([active, past]);
    if (next === shown) return;
    shown = next;
    keepFocus(element, () => clear(element,
      active.length > 0 && h("section", { class: "under-way" }, h("h2", {}, "Training"), active.map(activeTask)),
      past.length > 0 && pastTasks(past, element.querySelector("details")?.open)));
  }

  return { element, show };
}

function activeTask(task) {
  const cancel = h("button", { type: "button", class: "link", data: { key: `cancel ${task.id}` },
    onclick: () => cancelTask(task.id).then(() => say("The training ends at its next step."), complain) }, "Cancel");
  return h("div", { class: "training", data: { task: task.id } },
    h("p", {}, `${kindWords(task)}, asked for ${ago(task.created_at)} by ${task.created_by}`),
    h("progress", { "aria-label": "How far it is", max: 1, value: share(task.progress) ?? undefined }),
    h("div", { class: "change-head" },
      h("span", { class: "meta" }, phaseWords(task.progress) + stepsWords(task.progress)),
      guard(cancel, "items:write")));
}

const kindWords = ({ request }) => ARCHITECTURES[request.architecture] ?? "Linear";

function pastTasks([last, ...earlier], open) {
  return h("div", { class: "past" }, pastTask(last),
    earlier.length > 0 && h("details", { class: "lens", open: Boolean(open) },
      h("summary", { data: { key: "earlier" } }, "Trainings before"), earlier.map(pastTask)));
}

function pastTask(task) {
  const { version } = task.progress ?? {};
  return h("p", { class: `outcome ${task.status}`, data: { task: task.id } },
    `${outcomeWords(task)} `, h("span", { class: "meta" }, ago(task.finished_at)),
    version && [" ", h("a", { href: address(["models", version]) }, "Look at it")]);
}

function outcomeWords(task) {
  const { progress, status, errors } = task;
  if (status === "canceled") return "The training was canceled.";
  if (status === "failed") return `The training failed: ${errors[0]?.reason ?? "it is not known why"}.`;
  const name = versionName(progress?.version);
  if (progress?.live) return `The training made ${name}. It passed the gate and went live.`;
  if (progress?.passed) return `The training made ${name}. It passed the gate and waits to be promoted.`;
  const reason = reasonWords(progress?.reasons?.[0] ?? "no reason is known");
  return `The training made ${name}. The gate refused it: ${reason}.`;
}
