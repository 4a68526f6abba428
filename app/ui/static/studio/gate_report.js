// What the gate found: the model beside what was live and beside plain retrieval, part by part.

import { h } from "./dom.js";
import { moment } from "./format.js";
import { intervalPlot } from "./interval_plot.js";
import {
  AGAINST, begun, partName, PARTS_EXPLAINED, reasonWords, SOURCES, verdictWords, versionName,
} from "./model_words.js";
import { interval, signed } from "./numbers.js";
import { numbersTable } from "./svg.js";

const LEGEND = { mine: "this model", champion: "what was live", retrieval: "plain retrieval" };

export function gateSection(report) {
  const { champion, comparisons, passed, reasons } = report;
  const sources = Object.keys(SOURCES).filter((source) => comparisons.some((entry) => entry.source === source));
  return h("section", { class: "card-like part" }, h("h2", {}, "The gate"),
    h("p", { class: `verdict ${passed ? "good" : "bad"}` },
      h("strong", {}, passed ? "Passed." : "Refused."),
      ` It stood beside ${versionName(champion)} and plain retrieval on `,
      h("time", { datetime: report.created_at }, moment(report.created_at)), "."),
    h("ul", { class: "reasons" }, reasons.map((reason) => h("li", {}, `${begun(reasonWords(reason))}.`))),
    sources.map((source) => sourcePlots(source, comparisons.filter((entry) => entry.source === source), report)),
    h("h3", { class: "checks-head" }, "Each check"), h("p", { class: "note" }, PARTS_EXPLAINED),
    numbersTable("Each check of the gate", {
      heads: ["On", "Part", "Against", "Lists", "Queries", "Difference of nDCG@10", "Verdict"],
      rows: comparisons.map((entry) => [SOURCES[entry.source] ?? entry.source, partName(entry.segment),
        AGAINST[entry.against], entry.lists.toLocaleString("en"), entry.queries.toLocaleString("en"),
        entry.lists ? interval(entry.difference, signed) : "–", verdictTag(entry, report)]),
    }));
}

const KINDS = { better: "added", worse: "removed" };
const verdictTag = (entry, report) =>
  h("span", { class: `tag ${KINDS[entry.verdict] ?? ""}` }, verdictText(entry, report));

const verdictText = (entry, { margin, segment_margin: inPart }) =>
  verdictWords({ ...entry, margin: entry.segment === "all" ? margin : inPart });

function sourcePlots(source, entries, report) {
  const measured = entries.filter(({ lists }) => lists > 0);
  const segments = [...new Set(measured.map(({ segment }) => segment))];
  const against = [...new Set(measured.map((entry) => entry.against))];
  const find = (segment, other) => measured.find((entry) => entry.segment === segment && entry.against === other);
  if (!segments.length) return null;
  const whole = intervalPlot({
    title: `${SOURCES[source]}: nDCG@10`, least: 0.05,
    legend: ["mine", ...against].map((kind) => [kind, LEGEND[kind]]),
    rows: segments.map((segment) => {
      const any = against.map((other) => find(segment, other)).find(Boolean);
      return { name: partName(segment), text: sizeWords(any),
        marks: [{ estimate: any.challenger, kind: "mine" },
          ...against.map((other) => ({ estimate: find(segment, other)?.other, kind: other }))] };
    }),
    table: {
      heads: ["Part", ...["mine", ...against].map((kind) => begun(LEGEND[kind])), "Lists"],
      rows: segments.map((segment) => {
        const found = against.map((other) => find(segment, other));
        const any = found.find(Boolean);
        return [partName(segment), interval(any.challenger),
          ...found.map((entry) => (entry ? interval(entry.other) : "–")), any.lists.toLocaleString("en")];
      }),
    },
  });
  return h("div", { class: "plots" }, whole, against.map((other) => intervalPlot({
    title: `${SOURCES[source]}: over ${AGAINST[other]}`, zero: 0, least: 0.05, write: signed,
    limit: -report.margin, note: `The dashed line is how far below the gate lets it be (${signed(-report.margin, 2)}).`,
    rows: segments.filter((segment) => find(segment, other)).map((segment) => {
      const entry = find(segment, other);
      return { name: partName(segment), tone: entry.verdict === "too few" ? "few" : undefined,
        marks: [{ estimate: entry.difference }] };
    }),
    table: { heads: ["Part", "Difference [95 % interval]", "Verdict"],
      rows: segments.filter((segment) => find(segment, other)).map((segment) => {
        const entry = find(segment, other);
        return [partName(segment), interval(entry.difference, signed), verdictText(entry, report)];
      }) },
  })));
}

const sizeWords = ({ source, lists, queries }) =>
  (source === "judgments" ? `${queries.toLocaleString("en")} queries`
    : `${lists.toLocaleString("en")} lists of ${queries.toLocaleString("en")} queries`);
