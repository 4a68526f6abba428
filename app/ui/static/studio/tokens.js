// A list of texts: each is a token that can be taken out, and a box takes more.

import { clear, h, icon, newId } from "./dom.js";
import { labelled } from "./fields.js";

export function tokensField(path, label, values, change, options = {}) {
  const { hint, placeholder, suggestions, commas = false, accept = () => true } = options;
  let held = [...values];
  const list = h("ul", { class: "held", role: "list", "aria-label": `${label}: chosen` });
  const names = suggestions && h("datalist", { id: newId("names") },
    suggestions.map((name) => h("option", { value: name })));
  const input = h("input", {
    type: "text", placeholder, autocomplete: "off", spellcheck: "false", autocapitalize: "none",
    list: names?.id,
    onkeydown: press, onpaste: paste, onblur: take,
    oninput: () => {
      if (commas && input.value.includes(",")) take();
      // What is typed but not entered yet counts, so that saving at once loses nothing.
      else tell();
    },
  });
  const parts = () =>
    input.value.split(commas ? /[,\n]/ : /\n/).map((part) => part.trim()).filter(Boolean);
  const withPending = () => [...new Set([...held, ...parts().filter(accept)])];
  const tell = () => change(withPending());

  function take() {
    if (!parts().some(accept)) return;
    held = withPending();
    input.value = parts().filter((part) => !accept(part)).join(", ");
    draw();
    tell();
  }

  function press(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      take();
    } else if (event.key === "Backspace" && !input.value && held.length) {
      // Back into the box, where it can be mended or deleted.
      event.preventDefault();
      input.value = held.pop();
      draw();
      tell();
    }
  }

  function paste(event) {
    const text = event.clipboardData.getData("text");
    if (!text.trim().includes("\n")) return;
    event.preventDefault();
    // A line is a token; a one-line box would run the lines together.
    for (const line of text.split("\n")) {
      input.value += line;
      take();
    }
  }

  function remove(value) {
    held = held.filter((one) => one !== value);
    draw();
    tell();
    input.focus();
  }

  function draw() {
    clear(list, held.map((value) =>
      h("li", { class: "token" }, h("span", {}, value),
        h("button", { type: "button", class: "quiet", "aria-label": `Remove ${value}`,
          onclick: () => remove(value) }, icon("close")))));
    list.hidden = held.length === 0;
  }

  draw();
  const field = labelled(path, label, input, hint ?? "Press Enter after each one.");
  // The label is for the box to type in; the tokens stand before it.
  const box = h("div", { class: "tokens", onclick: (event) => event.target === box && input.focus() });
  input.replaceWith(box);
  box.append(list, input, names ?? "");
  return field;
}
