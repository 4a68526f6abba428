// One of the first ten hits of a preview, with where it comes from or goes to.

import { h } from "./dom.js";
import { price } from "./format.js";
import { picture } from "./item_picker.js";

// `moves` is the side, "gone" before and "new" after; `moved` says that only this side has the item
// among its first ten.
export function hitRow(hit, moves, moved) {
  const meta = [hit.brand, price(hit.price, hit.currency)].filter(Boolean).join(" · ");
  return h("li", { class: `hit-row${moved ? ` ${moves}` : ""}`, data: { item: hit.id } },
    h("span", { class: "rank" }, hit.position), picture(hit.image_url),
    h("span", { class: "named" },
      h("span", { class: "face-title", title: hit.title }, hit.title), h("small", {}, meta)),
    h("span", { class: "marks" }, moves === "new" ? arrival(hit) : moved && departure(hit),
      hit.placement !== "organic" && h("span", { class: `placed ${hit.placement}` }, hit.placement)));
}

// Its place among the first hundred of the other list is known.
const known = ({ was }) => was !== null && was !== undefined;

function arrival(hit) {
  if (!known(hit)) return h("span", { class: "moved new", title: "not among the first hundred before" }, "new");
  const up = hit.was - hit.position;
  if (!up) return null;
  const words = `${up > 0 ? "up" : "down"} by ${Math.abs(up)}`;
  return h("span", { class: `moved ${up > 0 ? "up" : "down"}`, title: words },
    h("span", { "aria-hidden": "true" }, `${up > 0 ? "▲" : "▼"}\u200a${Math.abs(up)}`),
    h("span", { class: "unseen" }, words));
}

const departure = (hit) => (known(hit)
  ? h("span", { class: "moved gone", title: "leaves the first ten" }, `now ${hit.was}`)
  : h("span", { class: "moved gone", title: "not among the first hundred after" }, "leaves the first ten"));
