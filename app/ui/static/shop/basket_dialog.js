// The basket as a drawer: adding to it, changing it, and a checkout that only tells of purchases.

import * as basket from "./basket.js";
import { listOf, send } from "./events.js";
import { money } from "./suggestions.js";

const dialog = () => document.getElementById("basket");
const say = (text) => (document.getElementById("basket-note").textContent = text);

const objectOf = ({ id, price, quantity }) => ({
  object_id: id,
  object_detail: price === null ? { quantity } : { price, quantity },
});

function add(button) {
  const shown = button.closest("[data-item]");
  const { item: id, title, price, currency, picture, position } = shown.dataset;
  const query_id = shown.closest("[data-query-id]")?.dataset.queryId ?? listOf(id);
  const line = { id, title, price: price === "" ? null : Number(price), currency, picture, query_id };
  basket.add(line);
  const place = shown.closest("[data-query-id]") && { position: { ordinal: Number(position) } };
  send("add_to_cart", query_id, { object: objectOf({ ...line, quantity: 1 }), ...place });
  document.getElementById("status").textContent = `${title} is in the basket`;
  if (button.classList.contains("done")) return;
  const before = button.innerHTML;
  button.classList.add("done");
  button.textContent = "In the basket ✓";
  setTimeout(() => {
    button.classList.remove("done");
    button.innerHTML = before;
  }, 1600);
}

function drawLine(line) {
  const template = document.getElementById("basket-line").content.cloneNode(true);
  const element = template.querySelector(".line");
  element.dataset.id = line.id;
  const picture = element.querySelector("img");
  if (line.picture) picture.src = line.picture;
  else picture.style.visibility = "hidden";
  const link = element.querySelector(".line-title");
  link.textContent = line.title;
  link.href = `/items/${encodeURIComponent(line.id)}`;
  element.querySelector(".line-price").textContent = line.price === null ? "Price on request" : money(line.price, line.currency);
  element.querySelector("label span").textContent = `Quantity of ${line.title}`;
  element.querySelector("input").value = line.quantity;
  element.querySelector("button").setAttribute("aria-label", `Remove ${line.title}`);
  return element;
}

function draw() {
  const count = basket.count();
  const badge = document.querySelector(".to-basket .in-basket");
  badge.hidden = !count;
  badge.textContent = count;
  const label = count === 1 ? "1 item" : `${count} items`;
  document.querySelector(".to-basket").setAttribute("aria-label", `Basket, ${count ? label : "empty"}`);
  dialog().querySelector(".lines").replaceChildren(...basket.lines().map(drawLine));
  document.getElementById("basket-total").textContent =
    [...basket.totals()].map(([currency, sum]) => money(sum, currency)).join(" + ") || "–";
  document.getElementById("checkout").disabled = !count;
}

function open() {
  say(basket.count() ? "" : "There is nothing in it yet.");
  draw();
  dialog().showModal();
  document.getElementById("basket-title").focus();
}

function checkOut() {
  for (const line of basket.lines()) send("purchase", line.query_id, { object: objectOf(line) });
  basket.empty();
  say("Thank you! In a real shop this would now be on its way.");
  document.getElementById("basket-title").focus();
}

function drop(element) {
  const line = basket.lines().find(({ id }) => id === element.dataset.id);
  if (line) send("remove_from_cart", line.query_id, { object: objectOf(line) });
  basket.remove(element.dataset.id);
  say(basket.count() ? "" : "There is nothing in it any more.");
  document.getElementById("basket-title").focus();
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button");
  if (!button) return;
  if (button.matches("[data-add]")) add(button);
  else if (button.matches("[data-basket]")) open();
  else if (button.id === "checkout") checkOut();
  else if (button.closest("#basket .line")) drop(button.closest(".line"));
});
document.addEventListener("change", ({ target }) => {
  const line = target.closest?.("#basket .line");
  const quantity = Math.trunc(Number(target.value));
  if (line) basket.setQuantity(line.dataset.id, Math.min(99, Math.max(1, quantity || 1)));
});
document.addEventListener("basket", draw);
document.addEventListener("htmx:historyRestore", draw);
draw();
