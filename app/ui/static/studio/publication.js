// Makes a version live, now or at a time, and asks where that would take back others' rules: those
// published since the version was made, or those published now by one that is scheduled.

import { rules, versions } from "./api.js";
import { ask, confirmed } from "./dialog.js";
import { h } from "./dom.js";
import { moment } from "./format.js";
import { complain, say } from "./status.js";

const MOST_NAMES = 5;

// Resolves with the publication, or with null where the question was answered with no.
export async function publishVersion(version, at) {
  const done = await attempt(version, at);
  for (const later of done?.undone_by ?? []) await askAboutLater(version, later);
  return done;
}

async function attempt(version, at) {
  try {
    return await versions.publish(version, at);
  } catch (problem) {
    if (problem.status !== 409 || !problem.undone) throw problem;
    const missed = at ? "will have been published by then" : "was published since it was made";
    const sure = await confirmed({ title: `Publish version ${version} all the same?`,
      text: `It does not have what ${missed} of these rules, and so would take it back:`,
      body: await ruleNames(problem.undone), action: "Publish all the same", danger: true });
    return sure ? versions.publish(version, at, true) : null;
  }
}

async function askAboutLater(version, { publication, version: later, at, rules: undone }) {
  const answer = await ask({ title: `Version ${later} will take this back`,
    text: `It goes live on ${moment(at)} and was made before version ${version}. From then on these rules are as ` +
      "they were before:",
    body: await ruleNames(undone),
    answers: [{ value: "", label: "Leave it so" },
      { value: "yes", label: "Take its publication back", kind: "main" }] });
  if (answer !== "yes") return;
  try {
    await versions.unschedule(publication);
    say(`Version ${later} no longer goes live. It is kept in the history.`);
  } catch (problem) {
    complain(problem);
  }
}

// By name, as the draft has them; of a rule that it no longer has, the id must do.
async function ruleNames(ids) {
  const listed = ids.slice(0, MOST_NAMES);
  const names = await Promise.all(listed.map((id) => rules.get(id).then(({ rule }) => rule.name, () => "")));
  const more = ids.length - listed.length;
  return h("ul", { class: "undone" },
    listed.map((id, n) => h("li", { data: { rule: id } },
      names[n] && `${names[n]} `, h("code", { class: "id" }, id))),
    more > 0 && h("li", {}, `and ${more.toLocaleString("en")} more`));
}
