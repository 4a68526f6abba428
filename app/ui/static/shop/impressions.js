// How far the list that is shown was seen, told when it is left.

import { send } from "./events.js";
import { isForResults } from "./for_results.js";

const SEEN_MS = 300; // A card that only flies past while someone types or scrolls was not seen.
const ordinal = (card) => Number(card.dataset.position);
const inView = new Map(); // By card, since when.
let list, lowest, told;

function left(card, now) {
  if (now - inView.get(card) >= SEEN_MS) lowest = Math.max(lowest, ordinal(card));
  inView.delete(card);
}

const eye = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target, time } of entries) {
      if (isIntersecting) inView.set(target, time);
      else if (inView.has(target)) left(target, time);
    }
  },
  { threshold: 0.5 },
);

function begin() {
  list = document.querySelector(".grid[data-query-id]");
  told = 0;
  if (!list) return;
  const cards = list.querySelectorAll(".card");
  lowest = Math.max(ordinal(cards[0]) - 1, 1);
  cards.forEach((card) => eye.observe(card));
}

function tell() {
  if (!list) return;
  const now = performance.now();
  for (const [card, since] of [...inView]) {
    left(card, now);
    inView.set(card, since);
  }
  if (lowest > told) send("impression", list.dataset.queryId, { position: { ordinal: lowest } });
  told = lowest;
}

function end() {
  tell();
  eye.disconnect();
  inView.clear();
  list = undefined;
}

document.addEventListener("visibilitychange", () => document.hidden && tell());
addEventListener("pagehide", tell);
document.addEventListener("htmx:beforeSwap", ({ detail }) => isForResults(detail) && end());
document.addEventListener("htmx:afterSwap", ({ detail }) => isForResults(detail) && begin());
document.addEventListener("htmx:historyRestore", () => (end(), begin()));
begin();
