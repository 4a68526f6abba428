// What the draft, or a version, would change for real queries. A view of its own, and a part of
// the editor.

import { rules, versions } from "./api.js";
import { clear, h, viewHead } from "./dom.js";
import { isMoment, labelled, momentField, numberField, selectField } from "./fields.js";
import { count, ZONE } from "./format.js";
import { lensForm } from "./preview_lens.js";
import { previewResult } from "./preview_result.js";
import { note } from "./router.js";
import { guard } from "./session.js";
import { complain, tell } from "./status.js";

const MOST = 100;

export async function showPreview(root, { params }) {
  const listed = await versions.list(1, 30).catch(() => ({ rulesets: [] }));
  const panel = previewPanel({
    queries: (params.get("queries") ?? "").split("\n").filter(Boolean),
    sample: Number(params.get("sample")) || undefined,
    version: params.get("version") ?? "",
    at: isMoment(params.get("at")) ? params.get("at") : "",
    versionList: listed.rulesets,
    noted: (state) => root.isConnected && note(["preview"], state),
  });
  clear(root,
    viewHead("Preview", "See what would change for shoppers, before they see it."),
    h("section", { class: "card-like" }, panel.element));
  // Not waited for: the page is there while the service is still searching.
  if (params.get("queries") || params.get("sample")) panel.run();
}

export function previewPanel({ queries, sample, version = "", at = "", versionList = [], noted, focusedRule }) {
  const state = { by: sample ? "sample" : "queries", text: queries.join("\n"), sample: sample ?? 20, version, at };
  if (!queries.length && !sample && focusedRule) state.by = "sample";
  const lens = lensForm();
  const result = h("div", { class: "preview-result", "aria-live": "off" });
  const place = h("div", {});
  const area = h("textarea", { rows: Math.min(8, Math.max(3, queries.length + 1)), value: state.text,
    placeholder: "coffee\nrunning shoes", oninput: () => (state.text = area.value) });

  const which = selectField("", "Look at", state.by, (by) => {
    state.by = by;
    draw();
  }, [["queries", "these queries"], ["sample", "what shoppers search for most"]]);

  function draw() {
    clear(place, state.by === "queries"
      ? labelled("", "Queries, one on each line", area)
      : numberField("", "How many of the most frequent queries", state.sample,
        (number) => (state.sample = number ?? 20)));
  }

  const lines = () => [...new Set(state.text.split("\n").map((line) => line.trim()))].filter(Boolean);

  async function run() {
    const wanted = lines();
    if (state.by === "queries" && !wanted.length) {
      area.focus();
      return complain({ message: "Write at least one query to preview." });
    }
    const body = {
      ...lens.body(),
      ...(state.by === "queries" ? { queries: wanted.slice(0, MOST) } : { sample: Math.min(MOST, state.sample) }),
      ...(state.version ? { version: Number(state.version) } : { draft: true }),
      ...(state.at && { at: state.at }),
    };
    noted?.({ queries: body.queries?.join("\n"), sample: body.sample, version: state.version, at: state.at });
    result.setAttribute("aria-busy", "true");
    button.disabled = true;
    try {
      const answer = await rules.preview(body);
      clear(result, previewResult(answer, focusedRule, body.at));
      const { queries: number, changed } = answer.summary;
      tell(`${count(changed, "query", "queries")} of ${number} change.`);
    } catch (problem) {
      complain(problem);
    } finally {
      result.removeAttribute("aria-busy");
      button.disabled = false;
    }
  }

  const button = h("button", { type: "submit", class: "main" }, "Preview");
  const form = h("form", { class: "preview-form", onsubmit: (event) => {
    event.preventDefault();
    run();
  } },
    h("div", { class: "side-by-side" }, which,
      versionList.length > 0 && selectField("", "Compare the live version with", state.version,
        (chosen) => (state.version = chosen), [["", "the draft"],
          ...versionList.map(({ version: number, message }) => [String(number), `version ${number}: ${message}`])]),
      momentField("", "As of (optional)", state.at, (moment) => (state.at = moment),
        { hint: `For campaigns that begin later. Your time zone: ${ZONE}` })),
    place, lens.element, h("div", {}, guard(button, "rules:read")));
  draw();
  return { element: h("div", {}, form, result), run };
}
