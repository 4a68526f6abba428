// What can be done in the editor, at its head and in the bar at its foot, and whether all is saved.

import { h } from "./dom.js";
import { ago } from "./format.js";
import { guard, may } from "./session.js";

export function editorBar({ save, saveAndPreview, publishThis, duplicate, remove }) {
  const button = (label, kind, onclick) => h("button", { type: "button", class: kind, onclick }, label);
  const saving = guard(button("Save", "main", save), "rules:write");
  const previewing = guard(button("Preview", "plain", saveAndPreview), "rules:read");
  const publishing = guard(button("Publish only this…", "plain", publishThis), "rules:publish");
  const copying = guard(button("Duplicate", "plain small", duplicate), "rules:write");
  const removing = guard(button("Delete", "plain small danger-text", remove), "rules:write");
  const state = h("p", { class: "state", role: "status" });
  const above = h("div", { class: "actions" }, copying, removing);
  const element = h("div", { class: "bar-below" },
    saving, previewing, publishing, h("span", { class: "spring" }), state);

  function show({ entry, unsaved, busy }) {
    above.hidden = publishing.hidden = !entry;
    saving.disabled = busy;
    previewing.hidden = !entry && !may("rules:write");
    previewing.textContent = unsaved ? "Save and preview" : "Preview";
    publishing.textContent = unsaved ? "Save and publish only this…" : "Publish only this…";
    const text = busy ? "Saving…" : unsaved ? "Not saved yet" : entry ? `Saved ${ago(entry.updated_at)}` : "";
    const shown = may("rules:write") ? text : "Your key may only read rules";
    if (state.textContent !== shown) state.textContent = shown;
    state.classList.toggle("waiting", unsaved);
  }

  return { element, above, save: saving, show };
}
