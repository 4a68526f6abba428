// An error with a page of its own is shown; anything else is told in our words.

import { isForResults } from "./for_results.js";

const unreachable = () => document.getElementById("unreachable");

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status < 400 || !isForResults(detail)) return;
  detail.shouldSwap = true;
  const html = (detail.xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/html");
  if (!html) detail.serverResponse = unreachable().innerHTML;
});

for (const kind of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, ({ detail }) => {
    if (!isForResults(detail)) return;
    const problem = unreachable().content.cloneNode(true);
    document.getElementById("status").textContent = problem.querySelector("p").textContent;
    document.getElementById("results").replaceChildren(problem);
  });
}
