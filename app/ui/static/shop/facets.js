// Facets stay as the shopper left them when new results come: opened lists, the panel on a phone.

import { send } from "./events.js";

const open = new Set(); // Ids of the lists that show more.
let panel = false;

function apply() {
  for (const more of document.querySelectorAll(".more")) more.open = open.has(more.id);
  document.getElementById("facets")?.classList.toggle("shown", panel);
  document.querySelector("[data-show-facets]")?.setAttribute("aria-expanded", panel);
}

function show(shown) {
  panel = shown;
  apply();
}

document.addEventListener("toggle", ({ target }) => {
  if (target.matches?.(".more")) target.open ? open.add(target.id) : open.delete(target.id);
}, true);

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-show-facets]")) return show(!panel);
  if (!target.closest?.("[data-shut-facets]")) return;
  show(false);
  const button = document.querySelector("[data-show-facets]");
  button.focus();
  button.scrollIntoView({ block: "nearest" });
});

document.addEventListener("keydown", ({ key, target }) => {
  if (key !== "Escape" || !panel || !target.closest?.("#facets")) return;
  show(false);
  document.querySelector("[data-show-facets]")?.focus();
});

// Settling gives what has an id the attributes that came with it, and so takes these away again.
for (const kind of ["htmx:afterSwap", "htmx:afterSettle"]) document.addEventListener(kind, apply);
document.addEventListener("htmx:historyRestore", apply);

// What was chosen is told, too: it is stored with the shopper's other actions and not learned from.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const { triggeringEvent, elt } = detail.requestConfig;
  const field = triggeringEvent?.type === "change" ? triggeringEvent.target : elt;
  const query_id = document.querySelector(".grid[data-query-id]")?.dataset.queryId;
  if (field.id === "sort") send("sort", query_id, { sort: field.value });
  else if (field.closest?.("#facets, .chips") && !field.matches(".find")) {
    send("facet", query_id, { facet: { id: field.id, name: field.name ?? "", value: field.value ?? field.textContent.trim() } });
  }
});
