// A click on a hit or a recommendation; the product's page then knows what list it was found in.

import { rememberList, send } from "./events.js";

function clicked({ target, button }) {
  if (button > 1 || target.closest?.("[data-add], .why")) return;
  const card = target.closest?.(".tile, .about")?.closest(".card");
  if (!card) return;
  const object = { object_id: card.dataset.item };
  const queryId = card.closest("[data-query-id]")?.dataset.queryId;
  if (queryId) rememberList(card.dataset.item, queryId);
  send("click", queryId, { object, position: { ordinal: Number(card.dataset.position) } });
}

document.addEventListener("click", clicked);
document.addEventListener("auxclick", clicked); // The middle button opens a tab.
