// Only an answer that keeps the shopper waiting shows that it is under way.

import { isForResults } from "./for_results.js";

const PATIENCE_MS = 300;
let timer;

const show = (waiting) => document.body.classList.toggle("waiting", waiting);

function end() {
  clearTimeout(timer);
  show(false);
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (!isForResults(detail)) return;
  clearTimeout(timer);
  timer = setTimeout(show, PATIENCE_MS, true);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => isForResults(detail) && end());
document.addEventListener("htmx:historyRestore", end);
