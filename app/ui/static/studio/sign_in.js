// Asks for a key: on the bare page at first, in a dialog over the work when a key has ended.

import { whoIs } from "./api.js";
import { h, icon } from "./dom.js";
import { labelled } from "./fields.js";
import { session } from "./session.js";

const REFUSED = {
  401: "This key is not valid: it is mistyped, expired or revoked.",
  403: "This key may not use the studio.",
};

const why = (problem) => REFUSED[problem.status] ?? problem.message;

// `done` is called once the session has begun.
function signInForm(done, reason = "") {
  const key = h("input", { type: "password", required: true, autocomplete: "current-password",
    spellcheck: "false", autofocus: true });
  const said = h("p", { class: "problems", role: "alert", hidden: !reason }, icon("warn"), h("span", {}, reason));
  const button = h("button", { type: "submit", class: "main" }, "Sign in");
  const refuse = (text) => {
    said.lastChild.textContent = text;
    said.hidden = false;
    key.focus();
    key.select();
  };
  return h("form", { class: "sign-in-form", onsubmit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const wanted = key.value.trim();
      session.begin(wanted, await whoIs(wanted));
      done();
    } catch (problem) {
      refuse(why(problem));
    } finally {
      button.disabled = false;
    }
  } },
    said,
    labelled("", "API key", key, "It stays in this tab only, and is forgotten when you close it."),
    button);
}

export function showSignIn(root, done, reason) {
  root.replaceChildren(h("section", { class: "sign-in card-like" },
    h("h1", { tabindex: "-1" }, "Sign in to the studio"),
    h("p", { class: "lead" }, "Where merchandisers decide what searches show."),
    signInForm(done, reason),
    h("p", { class: "note" }, "The first start of Endcap prints a key with every right and keeps it in ",
      h("code", {}, "admin.key"), " in its data directory.")));
  root.querySelector("input").focus();
}

let asking = null;

// Resolves when there is a valid key again; what the page shows stays as it is behind the dialog.
export function askAgain() {
  asking ??= new Promise((resolve) => {
    const dialog = h("dialog", { "aria-label": "Sign in again", oncancel: (event) => event.preventDefault() },
      h("h2", {}, "Sign in again"),
      signInForm(() => {
        dialog.close();
        dialog.remove();
        asking = null;
        dispatchEvent(new Event("signed-in"));
        resolve();
      }, "Your key has expired or was revoked. What you have written stays here."));
    document.body.append(dialog);
    dialog.showModal();
  });
  return asking;
}
