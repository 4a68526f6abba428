// The search box: suggestions while someone types, beside the results, which htmx fetches.

import { Combobox } from "./combobox.js";
import { send } from "./events.js";
import { drawOption, fetchSuggestions } from "./suggestions.js";

const PAUSE_MS = 100; // Results come first: they are what was asked for.

function choose(option) {
  send("suggestion", undefined, { suggestion: { kind: option.kind, text: option.text } });
  if (option.kind === "item") location.assign(option.url);
  else if (option.kind === "category") follow(option.url);
  else search(option.text);
}

function search(text) {
  const box = document.getElementById("q");
  box.value = text;
  document.getElementById("search").requestSubmit();
}

// The way of a link in the page, so that it is a step in the history and needs no page load.
function follow(url) {
  const link = document.createElement("a");
  link.href = url;
  link.setAttribute("hx-get", url);
  link.hidden = true;
  document.body.append(link);
  htmx.process(link);
  document.getElementById("q").value = "";
  link.click();
  link.remove();
}

function begin() {
  const box = document.getElementById("q");
  const combobox = new Combobox(box, document.getElementById("suggestions"), { draw: drawOption, choose });
  let waiting, under;

  // What went wrong is to be read, and what is to be done about it lies where suggestions would.
  const failed = () => document.querySelector("#results [data-problem]");

  async function suggest() {
    under?.abort();
    under = new AbortController();
    const text = box.value.trim();
    if (!text || failed()) return combobox.close();
    const groups = await fetchSuggestions(text, under.signal).catch(() => null);
    // An older answer than the text, or one that comes when nobody is there any more.
    if (groups && box.value.trim() === text && document.activeElement === box) combobox.show(groups);
  }

  function stop() {
    clearTimeout(waiting);
    under?.abort();
    combobox.close();
  }

  box.addEventListener("input", () => {
    document.getElementById("exact")?.remove(); // Another text is not insisted on yet.
    clearTimeout(waiting);
    waiting = setTimeout(suggest, PAUSE_MS);
  });
  box.form.addEventListener("submit", stop);
  box.form.addEventListener("htmx:afterRequest", () => failed() && stop());
}

document.addEventListener("htmx:historyRestore", begin); // The body is drawn anew.
begin();
