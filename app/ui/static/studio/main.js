// The studio: signs in, then shows the view that the location's hash asks for.

import { onExpired, whoIs } from "./api.js";
import { showAudit } from "./audit.js";
import { confirmed } from "./dialog.js";
import { clear, h, viewHead } from "./dom.js";
import { showExperiment } from "./experiment.js";
import { showExperimentForm } from "./experiment_form.js";
import { showExperiments } from "./experiments.js";
import { showFeatures } from "./features.js";
import { showHistory } from "./history.js";
import { showKeys } from "./keys.js";
import { showModel } from "./model.js";
import { showModels } from "./models.js";
import { hideNavigation, markPlace, showAccount, showNavigation, showWaiting } from "./navigation.js";
import { showPreview } from "./preview.js";
import { showPublish } from "./publish.js";
import { address, parse } from "./router.js";
import { showEditor } from "./rule_editor.js";
import { showRuleList } from "./rule_list.js";
import { session } from "./session.js";
import { askAgain, showSignIn } from "./sign_in.js";
import { complain } from "./status.js";
import { showUsage } from "./usage.js";

const VIEWS = {
  preview: showPreview, publish: showPublish, history: showHistory, audit: showAudit, usage: showUsage,
  keys: showKeys, models: showModels, features: showFeatures, experiments: showExperiments,
};

const main = document.getElementById("content");
// What is on the screen: its hash, and what it has to say about unsaved changes.
let shown = { hash: null, unsaved: () => false };

function viewOf([place, what, id]) {
  if (place === "models" && what) return withPart(showModel, { version: what });
  if (place === "experiments" && what === "new") return showExperimentForm;
  if (place === "experiments" && what === "edit" && id) return withPart(showExperimentForm, { key: id });
  if (place === "experiments" && what === "show" && id) return withPart(showExperiment, { key: id });
  if (Object.hasOwn(VIEWS, place ?? "")) return VIEWS[place];
  if (place === "rules" && what === "new") return showEditor;
  if (place === "rules" && what === "edit" && id) return withPart(showEditor, { id });
  return showRuleList;
}

const withPart = (view, part) => (root, request) => view(root, { ...request, ...part });

async function show({ moved }) {
  const hash = location.hash;
  const { steps, params } = parse(hash);
  const place = Object.hasOwn(VIEWS, steps[0] ?? "") ? steps[0] : "rules";
  const root = h("div", { class: "view", data: { view: place } });
  shown = { hash, unsaved: () => false, root };
  main.setAttribute("aria-busy", "true");
  markPlace(place);
  try {
    const view = await viewOf(steps)(root, { params, reload: () => show({ moved: false }) });
    // Somebody may have gone on meanwhile.
    if (shown.root !== root) return;
    if (view?.unsaved) shown.unsaved = view.unsaved;
  } catch (problem) {
    if (shown.root !== root) return;
    showFailure(root, problem);
  }
  main.replaceChildren(root);
  main.removeAttribute("aria-busy");
  const heading = root.querySelector("h1");
  document.title = `${heading?.textContent || "Studio"} · Endcap studio`;
  if (moved) {
    scrollTo(0, 0);
    heading?.focus({ preventScroll: true });
  }
}

function showFailure(root, problem) {
  const known = "status" in problem;
  if (!known) console.error(problem);
  const text = known ? problem.message : "The studio met an error of its own; the browser's console has it.";
  const missing = problem.status === 404;
  clear(root, viewHead(missing ? "There is nothing here" : "This did not work"),
    h("p", { class: "lead", role: "alert" }, text),
    h("p", { class: "answers" },
      !missing && h("button", { type: "button", class: "main", onclick: () => show({ moved: true }) }, "Try again"),
      h("a", { class: "button plain", href: address(["rules"]) }, "To the rules")));
}

let asking = false;

async function follow() {
  const wanted = location.hash;
  if (!session.me || asking || wanted === shown.hash) return;
  if (shown.unsaved()) {
    // The address stays with the text while the question is open.
    history.pushState(null, "", shown.hash);
    asking = true;
    const leave = await confirmed({ title: "Leave without saving?",
      text: "What you have changed here is lost.", action: "Leave", danger: true });
    asking = false;
    if (!leave) return;
    shown.unsaved = () => false;
    location.hash = wanted;
    return;
  }
  await show({ moved: true });
}

function begin() {
  showNavigation(signOut);
  show({ moved: true });
}

async function signOut() {
  if (shown.unsaved() && !(await confirmed({ title: "Sign out without saving?",
    text: "What you have changed here is lost.", action: "Sign out", danger: true }))) return;
  session.end();
  shown = { hash: null, unsaved: () => false };
  hideNavigation();
  showSignIn(main, begin);
}

async function start() {
  if (!session.key) return showSignIn(main, begin);
  try {
    session.begin(session.key, await whoIs(session.key));
    begin();
  } catch (problem) {
    if (problem.status === 401 || problem.status === 403) session.end();
    showSignIn(main, begin, problem.status === 401
      ? "Your key has expired or was revoked. Sign in with another." : problem.message);
  }
}

// The hash belongs to the views, so the link past the navigation moves the focus itself.
document.querySelector("[data-skip]").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
onExpired(askAgain);
addEventListener("hashchange", follow);
addEventListener("noted", () => (shown.hash = location.hash));
addEventListener("signed-in", () => showAccount(document.getElementById("account"), signOut));
addEventListener("unpublished", ({ detail }) => showWaiting(detail));
addEventListener("beforeunload", (event) => shown.unsaved() && event.preventDefault());
addEventListener("unhandledrejection", ({ reason }) =>
  complain({ message: reason?.message ?? "This did not work." }));
start();
