// Chooses items by looking for them in the shop: a combobox as the ARIA practices describe it.

import { clear, h, icon, later, newId } from "./dom.js";
import { labelled } from "./fields.js";
import { findGroups, findItems, groupFace, itemFace } from "./items.js";

const WAIT_MS = 180;

export function itemPicker(path, label, ids, change, { most = Infinity, grouped = false } = {}) {
  let held = [...ids];
  let found = [];
  let active = -1;
  let asked = 0;
  const menuId = newId("menu");
  const menu = h("ul", { id: menuId, role: "listbox", class: "menu", hidden: true, "aria-label": "Found" });
  const list = h("ul", { class: "held items", role: "list", "aria-label": `${label}: chosen` });
  const input = h("input", {
    type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": menuId,
    "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
    placeholder: grouped ? "Look for a product…" : "Look for an item…",
    oninput: later(look, WAIT_MS), onkeydown: press, onblur: () => setTimeout(close, 150),
  });

  async function look() {
    const words = input.value.trim();
    const mine = ++asked;
    const faces = words ? await (grouped ? findGroups : findItems)(words) : [];
    if (mine !== asked) return;
    found = faces;
    active = -1;
    show();
  }

  function show() {
    clear(menu, found.map((face, n) =>
      h("li", { role: "option", id: `${menuId}-${n}`, "aria-selected": String(n === active),
        onmousedown: (event) => event.preventDefault(), onclick: () => take(face.id) },
        faceElement(face))));
    menu.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!menu.hidden));
    if (active >= 0) input.setAttribute("aria-activedescendant", `${menuId}-${active}`);
    else input.removeAttribute("aria-activedescendant");
    menu.children[active]?.scrollIntoView({ block: "nearest" });
  }

  function close() {
    asked++;
    found = [];
    show();
  }

  function press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      active = (active + step + found.length) % found.length;
      show();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (active >= 0) take(found[active].id);
      else if (input.value.trim()) take(input.value.trim());
    } else if (event.key === "Escape" && !menu.hidden) {
      event.preventDefault();
      close();
    }
  }

  function take(id) {
    held = most === 1 ? [id] : [...new Set([...held, id])];
    input.value = "";
    close();
    draw();
    change(held);
  }

  function remove(id) {
    held = held.filter((one) => one !== id);
    draw();
    change(held);
    input.focus();
  }

  function draw() {
    clear(list, held.map((id) => {
      const face = h("span", { class: "face" }, h("span", {}, id));
      (grouped ? groupFace : itemFace)(id)
        .then((known) => known && face.replaceWith(faceElement({ ...known, id })));
      return h("li", { class: "token" }, face,
        h("button", { type: "button", class: "quiet", "aria-label": `Remove ${id}`,
          onclick: () => remove(id) }, icon("close")));
    }));
    list.hidden = !held.length;
  }

  draw();
  const field = labelled(path, label, input,
    `Choose with the arrows and Enter. Enter alone takes the text as ${grouped ? "a group's" : "an item's"} id.`);
  const box = h("div", { class: "picker" });
  input.replaceWith(box);
  box.append(list, input, menu);
  return field;
}

export function picture(address) {
  const image = address
    ? h("img", { src: address, alt: "", width: 40, height: 40, loading: "lazy" }) : h("span", {});
  image.addEventListener("error", () => image.removeAttribute("src"));
  image.classList.add("thumb");
  return image;
}

const faceElement = (face) =>
  h("span", { class: "face" }, picture(face.picture),
    h("span", { class: "named" }, h("span", { class: "face-title" }, face.title), h("small", {}, face.id)));
