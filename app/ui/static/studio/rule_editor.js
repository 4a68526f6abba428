// The editor's view: loads a rule, keeps what is written, saves it, and meets others' changes.

import { rules } from "./api.js";
import { same } from "./changes.js";
import { conflictPanel, deletedPanel, keptPanel } from "./conflict.js";
import { clear, h } from "./dom.js";
import { editorBar } from "./editor_bar.js";
import { ruleTabs } from "./editor_tabs.js";
import { previewPanel } from "./preview.js";
import { clearProblems, showProblems } from "./problems.js";
import { address, go, note } from "./router.js";
import { copyOf, deleteRule, likelyQueries, nameOf } from "./rule_actions.js";
import { sentence } from "./sentence.js";
import { may } from "./session.js";
import { complain, say } from "./status.js";

const NEW_RULE = { when: { query: { contains: [] } }, then: [] };

export async function showEditor(root, { id, params }) {
  let entry = id ? await rules.get(id) : null;
  const copied = params.get("copy");
  let rule = entry?.rule ?? (copied ? copyOf((await rules.get(copied)).rule) : NEW_RULE);
  let saved = entry || !copied ? rule : null;
  let revision = entry?.revision;
  let busy = false;
  let tab = params.get("tab");
  const noteSpot = () => root.isConnected && note(entry ? ["rules", "edit", entry.rule.id] : ["rules", "new"],
    { copy: entry ? "" : copied, tab: tab === "json" ? tab : "" });

  const title = h("h1", { tabindex: "-1" });
  const words = h("p", { class: "sentence live", "aria-live": "off" });
  const notices = h("div", { class: "notices" });
  const preview = h("div", {});
  const tabs = ruleTabs({
    rule, tab, isNew: !entry,
    changed: (next) => { rule = next; refresh(); },
    moved: (name) => { tab = name; noteSpot(); },
  });
  const bar = editorBar({ save, saveAndPreview, publishThis, duplicate, remove });

  const unsaved = () => may("rules:write") && (!same(rule, saved) || tabs.unread());

  function refresh() {
    title.textContent = rule?.name || (entry ? entry.rule.id : "New rule");
    words.textContent = sentence(rule);
    bar.show({ entry, unsaved: unsaved(), busy });
  }

  // From now on `text` is what the draft holds.
  function take(next, text) {
    entry = next;
    revision = next.revision;
    saved = text;
    noteSpot();
  }

  async function save() {
    if (busy || !tabs.check()) return false;
    clear(notices);
    clearProblems(tabs.panel);
    if (entry && rule?.id !== entry.rule.id) {
      return refuse("This cannot be saved so.", [{ path: "$.id", reason:
        `must stay ${entry.rule.id}; duplicate the rule to give it another id` }]);
    }
    return send(() => (entry ? rules.save(entry.rule.id, rule, revision) : rules.create(rule)));
  }

  async function send(request) {
    const sent = rule;
    busy = true;
    refresh();
    try {
      const answer = await request();
      if (entry) take(answer, sent);
      else {
        // A new rule has its id now; what was typed while the answer was under way stays.
        rule = same(rule, sent) ? answer.rule : { ...rule, id: answer.rule.id };
        take(answer, answer.rule);
        tabs.replace(rule, true);
      }
      say("Saved in the draft. Shoppers see it once it is published.");
      dispatchEvent(new CustomEvent("unpublished", { detail: null }));
      return true;
    } catch (problem) {
      meet(problem);
      return false;
    } finally {
      busy = false;
      refresh();
    }
  }

  function meet(problem) {
    if (problem.status === 412 && problem.current) conflict(problem.current);
    else if (entry && (problem.status === 404 || problem.status === 412)) gone();
    else if (problem.status === 409 && !entry) {
      refuse("This id is taken.", [{ path: "$.id", reason: "another rule has this id; choose another" }]);
    } else if (problem.errors?.length) refuse("This rule cannot be used as it is.", problem.errors);
    else complain(problem);
  }

  function refuse(heading, errors) {
    const list = showProblems(tabs.panel, heading, errors);
    clear(notices, list);
    list.focus();
    return false;
  }

  function notice(panel) {
    clear(notices, panel);
    panel.focus();
  }

  function conflict(theirs) {
    notice(conflictPanel({
      mine: rule, theirs,
      overwrite: () => {
        revision = theirs.revision;
        save();
      },
      take: () => {
        const mine = rule;
        load(theirs);
        notice(keptPanel({ back: () => { rule = mine; tabs.replace(mine); clear(notices); refresh(); },
          close: () => clear(notices) }));
      },
      close: () => { clear(notices); tabs.panel.focus(); },
    }));
  }

  function gone() {
    notice(deletedPanel({
      again: () => { clear(notices); send(() => rules.save(entry.rule.id, rule)); },
      close: () => clear(notices),
    }));
  }

  function load(next) {
    rule = next.rule;
    take(next, rule);
    tabs.replace(rule);
    refresh();
  }

  async function saveAndPreview() {
    if (unsaved() && !(await save())) return;
    const panel = previewPanel({ queries: likelyQueries(rule), focusedRule: entry.rule.id });
    clear(preview, h("section", { class: "card-like" }, h("h2", { tabindex: "-1" }, "Preview of the draft"),
      panel.element));
    preview.querySelector("h2").focus();
    await panel.run();
  }

  async function publishThis() {
    if (unsaved() && !(await save())) return;
    go(["publish"], { rule: entry.rule.id });
  }

  function duplicate() {
    go(["rules", "new"], { copy: entry.rule.id });
  }

  async function remove() {
    if (!(await deleteRule({ ...entry, revision }))) return;
    saved = rule;
    go(["rules"]);
  }

  clear(root,
    h("nav", { class: "crumbs", "aria-label": "Where you are" },
      h("a", { href: address(["rules"]) }, "Rules"), " / ", entry ? nameOf(entry.rule) : "New rule"),
    h("div", { class: "view-head" }, title, bar.above), words, notices, tabs.element, bar.element, preview);
  root.addEventListener("keydown", (event) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    bar.save.click();
  });
  refresh();
  return { unsaved };
}
