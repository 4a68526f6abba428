// Where the focus goes: into the box by a key, and never lost when the page changes under it.

const box = () => document.getElementById("q");

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, dialog");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
  event.preventDefault();
  box().focus();
  box().select();
});

// A page that comes with a query is gone on with at the end of the text.
const end = () => box().setSelectionRange(box().value.length, box().value.length);
document.addEventListener("htmx:historyRestore", end);
end();

// htmx gives the focus back to what has an id. What is gone, such as a chip that was taken back or
// the page's number, leaves it to the results.
let within = false;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  within = detail.target.id === "results" && detail.target.contains(document.activeElement);
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const lost = !document.activeElement || document.activeElement === document.body;
  const turned = detail.requestConfig?.elt.closest?.(".pager");
  if (turned || (within && lost)) document.getElementById("results").focus({ preventScroll: true });
  within = false;
});
