// Someone else has saved the rule meanwhile: who, when, what differs, and what can be done.

import { changes } from "./changes.js";
import { h, icon } from "./dom.js";
import { fieldTable } from "./diff.js";
import { ago, moment } from "./format.js";

export function conflictPanel({ mine, theirs, overwrite, take, close }) {
  const who = theirs.updated_by || "Someone else";
  const differing = changes(theirs.rule, mine);
  return noticePanel(
    `${who} has saved this rule meanwhile`,
    `Saved ${ago(theirs.updated_at)} (${moment(theirs.updated_at)}), after you opened it. ` +
      "Nothing of yours is lost: your text is still below.",
    differing.length
      ? fieldTable(differing, ["Field", `What ${who} saved`, "Yours"])
      : h("p", {}, "Both texts are the same."),
    [
      button("Save mine over theirs", "main", overwrite),
      button("Take theirs", "plain", take),
      button("Go on editing", "plain", close),
    ]);
}

export const deletedPanel = ({ again, close }) => noticePanel(
  "This rule has been deleted meanwhile",
  "Someone else took it out of the draft. Your text is still below.", null,
  [button("Save it as a new rule", "main", again), button("Go on editing", "plain", close)]);

// After theirs were taken: the way back to what the user had written.
export const keptPanel = ({ back, close }) => noticePanel(
  "Your own text is kept", "You took the other one; yours can be brought back until you leave.", null,
  [button("Bring mine back", "plain", back), button("Forget mine", "plain", close)]);

const button = (label, kind, onclick) => h("button", { type: "button", class: kind, onclick }, label);

export const noticePanel = (title, text, content, buttons) =>
  h("section", { class: "conflict", role: "alert", tabindex: "-1" },
    h("h2", {}, icon("warn"), title), h("p", {}, text), content,
    buttons && h("div", { class: "answers" }, buttons));
