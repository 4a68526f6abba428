// Asks for a training: of what kind, from how far back, and whether it may go live by itself.

import { models } from "./api.js";
import { h } from "./dom.js";
import { checkField, numberField, selectField } from "./fields.js";
import { ARCHITECTURE_CHOICES, BIAS_CHOICES } from "./model_words.js";
import { clearProblems, showProblems } from "./problems.js";
import { say } from "./status.js";

const DAYS = 30;

export function trainForm({ started }) {
  const wanted = { architecture: "linear", bias: "ipw", days: DAYS, judgments: false, promote: true };
  const set = (name) => (value) => (wanted[name] = value);
  const notices = h("div", { class: "notices" });
  const button = h("button", { type: "submit", class: "main" }, "Train");
  const train = async (event) => {
    event.preventDefault();
    clearProblems(form);
    notices.replaceChildren();
    button.disabled = true;
    try {
      await models.train({ ...wanted, days: wanted.days ?? DAYS });
      card.open = false;
      card.querySelector("summary").focus();
      say("The training is on its way. It goes on without this page.");
      await started();
    } catch (problem) {
      notices.append(showProblems(form, problem.message, problem.errors ?? []));
      notices.firstChild.focus();
    } finally {
      button.disabled = false;
    }
  };
  const form = h("form", { class: "lens-fields", data: { path: "$" }, onsubmit: train }, notices,
    h("div", { class: "side-by-side train-fields" },
      selectField(".architecture", "Architecture", wanted.architecture, set("architecture"), ARCHITECTURE_CHOICES),
      selectField(".bias", "Correct for position", wanted.bias, set("bias"), BIAS_CHOICES,
        { hint: "Hits on top are clicked more because they are seen more." }),
      numberField(".days", "Learn from the last days", wanted.days, set("days"))),
    checkField(".judgments", "Learn from the stored judgments, too", wanted.judgments, set("judgments")),
    checkField(".promote", "Promote it when it passes the gate", wanted.promote, set("promote"),
      { hint: "It passes when it is shown to be better than what is live, and is nowhere worse." }),
    h("div", {}, button));
  const card = h("details", { class: "card-like lens new-key" }, h("summary", {}, "Train now"), form);
  return card;
}
