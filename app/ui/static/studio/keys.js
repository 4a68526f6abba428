// The API's keys: who has one, what it allows, a new one, and taking one away.

import { keys } from "./api.js";
import { ask, confirmed } from "./dialog.js";
import { clear, h, viewHead } from "./dom.js";
import { labelled, momentField } from "./fields.js";
import { ago, moment } from "./format.js";
import { may, refusal, session } from "./session.js";
import { complain, say } from "./status.js";

const SCOPES = {
  "rules:read": "read rules, versions, audit, usage; preview",
  "rules:write": "change the draft",
  "rules:publish": "publish and roll back",
  search: "search, where searching needs a key",
  events: "send events, where that needs a key",
  "items:write": "change items",
  models: "train and promote models, run experiments",
  admin: "everything, and keys",
};

export async function showKeys(root, { reload }) {
  if (!may("admin")) {
    clear(root, viewHead("Keys"), h("p", { class: "none" }, refusal("admin")));
    return;
  }
  const { keys: listed } = await keys.list();
  clear(root,
    viewHead("Keys", "Each person and each program has its own, so that the audit can tell them apart."),
    createForm(reload),
    h("ul", { class: "keys", role: "list" }, listed.map((key) => keyRow(key, reload))));
}

function createForm(reload) {
  let expires;
  const name = h("input", { type: "text", required: true, maxlength: 100, autocomplete: "off", placeholder: "Ana" });
  const boxes = Object.entries(SCOPES).map(([scope, words]) =>
    h("label", { class: "choice" }, h("input", { type: "checkbox", value: scope,
      checked: scope.startsWith("rules:") }), h("span", {}, h("code", {}, scope), " ", words)));
  const create = async (event) => {
    event.preventDefault();
    const scopes = boxes.map((box) => box.firstChild).filter((box) => box.checked).map((box) => box.value);
    if (!scopes.length) return complain({ message: "Choose at least one thing that the key may do." });
    try {
      const made = await keys.create({ name: name.value.trim(), scopes, ...(expires && { expires_at: expires }) });
      await showOnce(made);
      await reload();
    } catch (problem) {
      complain(problem);
    }
  };
  return h("details", { class: "card-like lens new-key" }, h("summary", {}, "New key"),
    h("form", { class: "lens-fields", onsubmit: create },
      labelled("", "Name", name, "Whose key it is; the audit shows it."),
      h("fieldset", { class: "choices column" }, h("legend", {}, "It may"), boxes),
      momentField("", "Valid until (optional)", undefined, (value) => (expires = value)),
      h("div", {}, h("button", { type: "submit", class: "main" }, "Create the key"))));
}

async function showOnce({ name, key }) {
  const text = h("input", { type: "text", readonly: true, value: key, class: "code", "aria-label": "The key",
    onfocus: () => text.select() });
  const copy = h("button", { type: "button", class: "plain", onclick: async () => {
    text.select();
    // Where the page is not served over https there is no clipboard, but there is this.
    const done = navigator.clipboard
      ? await navigator.clipboard.writeText(key).then(() => true, () => false)
      : document.execCommand("copy");
    copy.textContent = done ? "Copied" : "Press Ctrl+C";
  } }, "Copy");
  await ask({
    title: `The key of ${name}`,
    text: "It is shown this once. Copy it now and keep it like a password.",
    body: h("div", { class: "once" }, text, copy),
    answers: [{ value: "done", label: "I have it", kind: "main" }],
  });
}

function keyRow(key, reload) {
  const ended = key.revoked_at ? `Revoked ${ago(key.revoked_at)}`
    : key.expires_at && Date.parse(key.expires_at) < Date.now() ? `Expired ${ago(key.expires_at)}` : "";
  const mine = key.id === session.me.id;
  const revoke = async () => {
    const sure = await confirmed({ title: `Revoke the key of ${key.name}?`, danger: true, action: "Revoke",
      text: mine ? "It is the key you are signed in with: you would be signed out."
        : "It stops working at once, and this cannot be taken back." });
    if (!sure) return;
    try {
      await keys.revoke(key.id);
      say(`The key of ${key.name} is revoked.`);
    } catch (problem) {
      complain(problem);
    }
    await reload();
  };
  return h("li", { class: `key${ended ? " is-off" : ""}`, data: { key: key.id } },
    h("div", { class: "rule-text" },
      h("div", { class: "rule-name" }, h("h2", {}, key.name),
        mine && h("span", { class: "tag added" }, "Yours"), ended && h("span", { class: "tag off" }, ended)),
      h("p", { class: "scopes" }, key.scopes.map((scope) => h("code", {}, scope))),
      h("p", { class: "meta" }, [
        `Created ${ago(key.created_at)}${key.created_by ? ` by ${key.created_by}` : ""}`,
        key.last_used_at ? `last used ${ago(key.last_used_at)}` : "never used",
        key.expires_at && !ended ? `valid until ${moment(key.expires_at)}` : "",
      ].filter(Boolean).join(" · "))),
    !ended && h("div", { class: "rule-actions" },
      h("button", { type: "button", class: "link", "aria-label": `Revoke the key of ${key.name}`,
        onclick: revoke }, "Revoke")));
}
