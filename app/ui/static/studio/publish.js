// What the draft changes for shoppers, and the way to publish it: all or some, now or later. What
// is published is what stands here: the difference's ETag goes with it.

import { versions } from "./api.js";
import { same } from "./changes.js";
import { noticePanel } from "./conflict.js";
import { diffEntries, diffList } from "./diff.js";
import { clear, h, newId, viewHead } from "./dom.js";
import { count, moment } from "./format.js";
import { publishVersion } from "./publication.js";
import { publishForm } from "./publish_form.js";
import { address, go } from "./router.js";
import { may, refusal } from "./session.js";
import { complain, say, tell } from "./status.js";

const NEW = "New since you looked";
const DIFFERENT = "Different since you looked";

export async function showPublish(root, { params }) {
  if (!may("rules:read")) {
    clear(root, viewHead("Publish"), h("p", { class: "none" }, refusal("rules:read")));
    return;
  }
  const only = params.get("rule");
  let shown = await difference();
  const chosen = new Set(shown.entries.filter(({ id }) => !only || id === only).map(({ id }) => id));
  const without = only && !chosen.size;
  const form = publishForm({ publish, figures: () => ({ total: shown.entries.length, chosen: chosen.size }) });

  function refresh() {
    form.refresh();
    tell(`${chosen.size} of ${shown.entries.length} chosen.`);
  }

  // `since` has the words for changes that came while the ones before were looked at.
  function draw({ notice, since = new Map() } = {}) {
    const { diff, entries } = shown;
    const boxes = [];
    const pick = (entry, name) => {
      name.id = newId("change");
      const box = h("input", { type: "checkbox", checked: chosen.has(entry.id), "aria-labelledby": name.id,
        onchange: () => {
          if (box.checked) chosen.add(entry.id);
          else chosen.delete(entry.id);
          refresh();
        } });
      boxes.push([box, entry.id]);
      return box;
    };
    const mark = ({ id }) => since.has(id) && h("span", { class: "tag soon" }, since.get(id));
    const pickAll = (on) => {
      chosen.clear();
      if (on) entries.forEach(({ id }) => chosen.add(id));
      boxes.forEach(([box]) => (box.checked = on));
      refresh();
    };
    const picker = (label, on) =>
      h("button", { type: "button", class: "link", onclick: () => pickAll(on) }, label);
    clear(root,
      viewHead("Publish", entries.length > 0 && `${count(entries.length, "change")} that shoppers do not see yet.`),
      notice && h("div", { class: "notices" }, notice),
      entries.length ? [
        without && h("p", { class: "none" }, "This rule has no change that is not published."),
        h("div", { class: "publish" },
          h("section", { "aria-label": "Changes" },
            h("div", { class: "pickers" }, picker("Choose all", true), picker("Choose none", false)),
            diffList(diff, { before: pick, after: mark })),
          form.element),
      ] : nothing());
    form.refresh();
  }

  async function publish(message, at) {
    let version;
    try {
      // Where all are chosen they need no names: the ETag holds that there are no others.
      const all = chosen.size === shown.entries.length && shown.etag;
      ({ version } = await versions.freeze(message, all ? null : [...chosen], shown.etag));
      const done = await publishVersion(version, at);
      if (!done) return say(`Version ${version} is kept, but not published. You find it in the history.`);
      say(done.live ? `Version ${version} is live.` : `Version ${version} goes live on ${moment(done.at)}.`);
      dispatchEvent(new CustomEvent("unpublished", { detail: null }));
      go(["history"]);
    } catch (problem) {
      if (version === undefined && problem.status === 412) return lookAgain().catch(complain);
      complain(version === undefined ? problem : { errors: problem.errors, message:
        `Version ${version} is kept, but could not be published: ${problem.message} You find it in the history.` });
    }
  }

  async function lookAgain() {
    const before = new Map(shown.entries.map((entry) => [entry.id, entry]));
    shown = await difference();
    const since = new Map(shown.entries.filter((entry) => !same(entry, before.get(entry.id)))
      .map(({ id }) => [id, before.has(id) ? DIFFERENT : NEW]));
    shown.entries.forEach(({ id }) => before.delete(id));
    before.forEach((_, id) => chosen.delete(id));
    const notice = staleNotice(shown.entries.length, since, [...before.values()]);
    draw({ notice, since });
    notice.focus();
  }

  draw();
}

async function difference() {
  const { answer: diff, etag } = await versions.unpublished();
  const entries = diffEntries(diff);
  dispatchEvent(new CustomEvent("unpublished", { detail: entries.length }));
  return { diff, etag, entries };
}

function staleNotice(left, since, gone) {
  const names = gone.map(({ id, name }) => `“${name || id}”`).join(", ");
  const fresh = [...since.values()].filter((words) => words === NEW).length;
  const are = (number) => `${count(number, "change")} ${number === 1 ? "is" : "are"}`;
  return noticePanel("The draft or what is live has changed since you looked", [
    left ? "Nothing was published. Your message and your choices are kept." : "Nothing is left to publish.",
    fresh > 0 && `${are(fresh)} new, and not chosen.`,
    since.size > fresh && `${are(since.size - fresh)} different from what you saw.`,
    since.size > 0 && "They are marked below.",
    gone.length > 0 && `No longer waiting: ${names}.`,
    left > 0 && !since.size && !gone.length && "The changes below are the same as before.",
  ].filter(Boolean).join(" "));
}

const nothing = () => h("div", { class: "blank" },
  h("h2", {}, "Everything is published"),
  h("p", {}, "The draft is the same as what shoppers meet."),
  h("p", { class: "ways" }, h("a", { class: "button plain", href: address(["rules"]) }, "To the rules")));
