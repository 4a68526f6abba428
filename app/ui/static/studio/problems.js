// What the API found wrong with a rule, beside the fields in question and as a list above them.

import { h, icon } from "./dom.js";

// Where in the rule an element stands, from its own path and those around it.
function placeOf(element) {
  let place = "";
  for (let at = element; at; at = at.parentElement?.closest("[data-path]")) {
    place = at.dataset.path + place;
  }
  return place;
}

export function clearProblems(form) {
  for (const slot of form.querySelectorAll(".wrong")) {
    slot.hidden = true;
    slot.textContent = "";
  }
  for (const control of form.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-errormessage");
  }
}

// The list of problems, each a button that leads to its field where there is one.
export function showProblems(form, heading, errors) {
  clearProblems(form);
  const items = errors.map(({ path, reason }) => {
    const control = form.isConnected ? mark(form, path, reason) : null;
    const words = [h("code", {}, path || "$"), " ", reason];
    return h("li", {}, control
      ? h("button", { type: "button", class: "link", onclick: () => control.focus() }, words) : words);
  });
  return h("div", { class: "problems", role: "alert", tabindex: "-1" },
    icon("warn"), h("div", {}, h("p", {}, heading), items.length > 0 && h("ul", {}, items)));
}

function mark(form, path, reason) {
  const near = [...form.querySelectorAll("[data-path]")]
    .filter((element) => ownSlot(element) && covers(placeOf(element), path))
    .sort((one, other) => placeOf(other).length - placeOf(one).length)[0];
  if (!near) return null;
  const slot = ownSlot(near);
  slot.textContent = slot.textContent ? `${slot.textContent}; ${reason}` : reason;
  slot.hidden = false;
  const control = near.querySelector("input, textarea, select") ?? near.querySelector("button");
  if (near.matches(".field") && control) {
    slot.id ||= `${control.id}-wrong`;
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-errormessage", slot.id);
  }
  return control;
}

const ownSlot = (element) => [...element.querySelectorAll(".wrong")]
  .find((slot) => slot.parentElement.closest("[data-path]") === element);

const covers = (place, path) =>
  place === path || (path.startsWith(place) && /^[.[]/.test(path.slice(place.length)));
