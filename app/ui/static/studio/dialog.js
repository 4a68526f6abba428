// Questions that hold up everything else. The browser's own dialog keeps the focus inside, closes
// on Escape, and gives the focus back.

import { h, newId } from "./dom.js";

// Resolves with the value of the button that was pressed, or "" when it was closed.
export function ask({ title, text, body, answers }) {
  const id = newId("dialog");
  const said = text && h("p", { id: `${id}-text` }, text);
  // Enter does what is asked, except where that cannot be taken back.
  const first = answers.findLastIndex(({ kind }) => kind !== "danger");
  const buttons = answers.map(({ value, label, kind }, n) =>
    h("button", { value, class: kind ?? "plain", autofocus: n === first,
      // No answer is no way to hand in the form: a field may be empty, and Enter in it means yes.
      type: value ? "submit" : "button", onclick: value ? undefined : () => dialog.close("") }, label));
  const dialog = h("dialog",
    { "aria-labelledby": id, "aria-describedby": said ? `${id}-text` : null },
    h("form", { method: "dialog" },
      h("h2", { id }, title), said, body,
      h("div", { class: "answers" }, buttons)));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
  });
}

export const confirmed = async ({ title, text, body, action, danger = false }) =>
  (await ask({
    title, text, body,
    answers: [
      { value: "", label: "Cancel" },
      { value: "yes", label: action, kind: danger ? "danger" : "main" },
    ],
  })) === "yes";
