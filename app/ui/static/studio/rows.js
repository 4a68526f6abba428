// Form rows that can grow and shrink without the others being drawn anew, so that a half-written
// text in one of them stays as it is.

import { h, icon } from "./dom.js";

// `render(value, change)` makes a row's content; `name(n)` says what the button takes out;
// `path(n)` is a row's place in the rule.
export function rows({ values, render, change, name, path, least = 0 }) {
  const held = [];
  const list = h("ul", { class: "rows", role: "list" });
  const tell = () => change(held.map((row) => row.value));

  function number() {
    held.forEach((row, n) => {
      row.element.dataset.path = path(n, held.length);
      row.button.setAttribute("aria-label", `Remove ${name(row.value, n)}`);
      row.button.hidden = held.length <= least;
    });
  }

  function add(value) {
    const row = { value };
    row.button = h("button", { type: "button", class: "quiet remove", onclick: () => remove(row),
      title: "Remove" }, icon("close"));
    const content = render(value, (next) => {
      row.value = next;
      tell();
    });
    row.element = h("li", { class: "row" }, content, row.button);
    held.push(row);
    list.append(row.element);
    number();
    return row.element;
  }

  function remove(row) {
    const n = held.indexOf(row);
    held.splice(n, 1);
    row.element.remove();
    number();
    tell();
    const near = held[Math.min(n, held.length - 1)];
    (near ? near.button : list.parentElement?.querySelector("button"))?.focus();
  }

  values.forEach(add);
  return {
    element: list,
    push(value) {
      const element = add(value);
      tell();
      element.querySelector("input, select, textarea")?.focus();
    },
  };
}
