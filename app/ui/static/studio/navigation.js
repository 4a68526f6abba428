// The frame around the views: where one can go, who is signed in, how much is not published.

import { rules } from "./api.js";
import { clear, h, icon, unseen } from "./dom.js";
import { address } from "./router.js";
import { may, session } from "./session.js";

// Those with a scope are offered only to keys that have it.
const PLACES = [
  ["rules", "Rules"], ["preview", "Preview"], ["publish", "Publish"], ["history", "History"],
  ["usage", "Usage"], ["models", "Models", "models"], ["features", "Features", "models"],
  ["experiments", "Experiments", "models"], ["audit", "Audit"], ["keys", "Keys"],
];

export function showNavigation(signOut) {
  const list = document.getElementById("places");
  const account = document.getElementById("account");
  list.hidden = false;
  clear(list, h("ul", { role: "list" }, offered().map(([place, name]) =>
    h("li", {}, h("a", { href: address([place]), data: { place } }, icon(place, 20), h("span", {}, name),
      place === "publish" && h("span", { class: "waiting-count", id: "waiting", hidden: true }))))));
  showAccount(account, signOut);
  showWaiting(null);
}

const offered = () => PLACES.filter(([, , scope]) => !scope || may(scope));

export function hideNavigation() {
  document.getElementById("places").hidden = true;
  clear(document.getElementById("account"));
}

export function showAccount(account, signOut) {
  const { name, scopes } = session.me;
  const scopeList = scopes.includes("admin") ? "all rights" : scopes.join(", ") || "no rights";
  clear(account,
    h("div", { class: "who", title: scopeList }, h("strong", {}, name), h("small", {}, scopeList)),
    h("button", { type: "button", class: "plain small", onclick: signOut }, "Sign out"));
}

export function markPlace(place) {
  for (const link of document.querySelectorAll("#places a")) {
    if (link.dataset.place === place) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  centre();
}

// In a narrow window the places are one line that scrolls; the page itself must not.
function centre() {
  const link = document.querySelector("#places [aria-current]");
  const line = link?.closest("ul");
  if (line) line.scrollLeft = link.offsetLeft - (line.clientWidth - link.offsetWidth) / 2;
}

// How many changes wait to be published; null asks the service.
export async function showWaiting(number) {
  let waiting = number;
  if (waiting === null && may("rules:read")) {
    waiting = await rules.list({ per_page: 1 }).then((answer) => answer.unpublished, () => null);
  }
  const badge = document.getElementById("waiting");
  if (!badge) return;
  badge.hidden = !waiting;
  clear(badge, waiting || "", unseen(" not published"));
  centre();
}
