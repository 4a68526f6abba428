// Short messages at the edge of the window, which screen readers hear too.

import { h, icon } from "./dom.js";

const STAYS_MS = 6000;
const polite = () => document.getElementById("said");
const toasts = () => document.getElementById("toasts");

export function say(text) {
  polite().textContent = "";
  // Set a moment later, so that the same sentence twice is heard twice.
  setTimeout(() => (polite().textContent = text), 30);
  show(text, "good");
}

// Heard without being shown, for what the page shows anyway.
export const tell = (text) => (polite().textContent = text);

// Stays until it is closed: nobody should miss that something did not work.
export function complain(problem) {
  const reasons = (problem.errors ?? []).map(({ path, reason }) => `${path}: ${reason}`);
  const text = reasons.length ? `${problem.message} ${reasons.join("; ")}` : problem.message;
  show(text, "bad");
}

function show(text, kind) {
  const toast = h("div", { class: `toast ${kind}`, role: kind === "bad" ? "alert" : null },
    icon(kind === "bad" ? "warn" : "tick"),
    h("p", {}, text),
    h("button", { class: "quiet", type: "button", "aria-label": "Close this message",
      onclick: () => toast.remove() }, icon("close")));
  toasts().append(toast);
  if (kind === "good") setTimeout(() => toast.remove(), STAYS_MS);
  while (toasts().children.length > 3) toasts().firstChild.remove();
}
