// Every version that was frozen: what it says, what it changed, and the ways back to it.

import { versions } from "./api.js";
import { diffList } from "./diff.js";
import { confirmed } from "./dialog.js";
import { clear, h, viewHead } from "./dom.js";
import { selectField } from "./fields.js";
import { ago, count, moment } from "./format.js";
import { pager } from "./pager.js";
import { publishVersion } from "./publication.js";
import { address, go } from "./router.js";
import { guard, may, refusal } from "./session.js";
import { complain, say } from "./status.js";

const TAGS = { live: "Live", scheduled: "Scheduled", frozen: "Not published", retired: "Was live" };
const KINDS = { live: "added", scheduled: "soon", frozen: "quiet-tag", retired: "quiet-tag" };

export async function showHistory(root, { params, reload }) {
  if (!may("rules:read")) {
    clear(root, viewHead("History"), h("p", { class: "none" }, refusal("rules:read")));
    return;
  }
  const page = Number(params.get("page")) || 1;
  const [from, to] = [params.get("from"), params.get("to")];
  const answer = await versions.list(page);
  const act = async (work, said) => {
    try {
      say(said(await work()));
      dispatchEvent(new CustomEvent("unpublished", { detail: null }));
    } catch (problem) {
      complain(problem);
    }
    await reload();
  };

  const back = h("button", { type: "button", class: "plain", onclick: async () => {
    const to = answer.rollback_to;
    const sure = await confirmed({ action: "Go back",
      title: to ? "Go back to the version before?" : "Go back to no rules?",
      text: (to ? `Shoppers then meet version ${to}, which was live before version ${answer.live}, at once. `
        : `Nothing was live before version ${answer.live}, so no rule acts any more, from now on. `) +
        "The draft and all versions stay as they are." });
    if (sure) await act(versions.rollback, ({ version }) =>
      (version ? `Version ${version} is live again.` : "No rules are live now."));
  } }, "Roll back");

  const again = async ({ version, message, status }) => {
    const first = status === "frozen";
    const sure = await confirmed({ title: `Publish version ${version}${first ? "" : " again"}?`,
      text: `“${message}” takes the place of ${answer.live ? `version ${answer.live}` : "no rules"}, ` +
        "at once. The draft stays as it is.",
      action: "Publish" });
    if (sure) await act(() => publishVersion(version), (done) =>
      (done ? `Version ${version} is live.` : `Nothing was published: version ${version} is as it was.`));
  };

  const cancel = async ({ publication, version, at }) => {
    const sure = await confirmed({ title: `Take back the publication of version ${version}?`,
      text: `It would have gone live on ${moment(at)}. The version itself is kept.`, action: "Take it back" });
    if (sure) await act(() => versions.unschedule(publication), () => "The publication is taken back.");
  };

  clear(root,
    viewHead("History", answer.live ? `Version ${answer.live} is live.` : "No version is live.",
      answer.rollback_to !== null && guard(back, "rules:publish")),
    answer.scheduled.length > 0 && h("section", { class: "deleted scheduled" }, h("h2", {}, "Scheduled"),
      h("ul", { role: "list" }, answer.scheduled.map((one) =>
        h("li", {}, h("span", { class: "tag soon" }, `Version ${one.version}`),
          `goes live ${ago(one.at)}, on ${moment(one.at)}`,
          guard(h("button", { type: "button", class: "link", onclick: () => cancel(one) }, "Take it back"),
            "rules:publish"))))),
    compareForm(answer.rulesets, from, to),
    from && to && await comparison(from, to),
    answer.rulesets.length
      ? h("ol", { class: "versions", role: "list" }, answer.rulesets.map((one) => versionRow(one, again)))
      : h("p", { class: "none" }, "Nothing has been published yet."),
    pager(answer, (n) => address(["history"], { page: n })));
}

function compareForm(listed, from, to) {
  const options = [["live", "the live version"], ["draft", "the draft"],
    ...listed.map(({ version, message }) => [String(version), `version ${version}: ${message}`])];
  let left = from ?? "live";
  let right = to ?? "draft";
  return h("form", { class: "finder", onsubmit: (event) => {
    event.preventDefault();
    go(["history"], { from: left, to: right });
  } },
    selectField("", "Compare", left, (value) => (left = value), options),
    selectField("", "with", right, (value) => (right = value), options),
    h("button", { type: "submit", class: "plain" }, "Show the differences"));
}

const versionName = (version) =>
  ({ live: "the live version", draft: "the draft" })[version] ?? `version ${version}`;

async function comparison(from, to) {
  const title = h("h2", {}, `From ${versionName(from)} to ${versionName(to)}`);
  const close = h("a", { href: address(["history"]) }, "Close");
  const section = (content) => h("section", { class: "card-like comparison" },
    h("div", { class: "change-head" }, title, h("span", { class: "spring" }), close), content);
  try {
    return section(diffList(await versions.diff(from, to)));
  } catch (problem) {
    return section(h("p", { class: "none" }, problem.message));
  }
}

function versionRow(one, again) {
  const { version, message, status } = one;
  const since = status === "live" ? "live since" : "published";
  const when = one.published_at && `${since} ${moment(one.published_at)}`;
  const publish = h("button", { type: "button", class: "link", onclick: () => again(one),
    "aria-label": `Publish version ${version}${status === "frozen" ? "" : " again"}` },
    status === "frozen" ? "Publish" : "Publish again");
  const compare = (from, label) => h("a", { href: address(["history"], { from, to: version }) }, label);
  return h("li", { class: `version ${status}`, data: { version } },
    h("span", { class: "version-number" }, version),
    h("div", { class: "rule-text" },
      h("div", { class: "rule-name" }, h("h2", {}, message),
        h("span", { class: `tag ${KINDS[status] ?? ""}` }, TAGS[status] ?? status)),
      h("p", { class: "meta" },
        [`${one.created_by}, ${moment(one.created_at)}`, count(one.rules, "rule"), when]
          .filter(Boolean).join(" · "))),
    h("div", { class: "rule-actions" },
      version > 1 && compare(version - 1, "What it changed"),
      status !== "live" && compare("live", "Against live"),
      status !== "live" && guard(publish, "rules:publish")));
}
