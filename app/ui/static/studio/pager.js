// Links to the pages of a long list.

import { h } from "./dom.js";

export function pager({ page, per_page: perPage, total }, to) {
  const last = Math.ceil(total / perPage);
  if (last <= 1) return null;
  const link = (n, label, rel) => h("a", { href: to(n), rel, class: rel }, label);
  return h("nav", { class: "pager", "aria-label": "Pages" },
    page > 1 && link(page - 1, "‹ Previous", "prev"),
    h("span", { class: "gap" }, `Page ${page} of ${last}`),
    page < last && link(page + 1, "Next ›", "next"));
}
