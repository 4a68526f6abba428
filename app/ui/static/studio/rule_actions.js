// What can be done with a rule as a whole; the list and the editor both offer it.

import { rules } from "./api.js";
import { confirmed } from "./dialog.js";
import { complain, say } from "./status.js";

export const nameOf = (rule) => rule.name || rule.id;

const FRESH = new Set([409, 412]);

// A problem that means that someone else has changed the rule since it was shown.
const isStale = (problem) => FRESH.has(problem.status) || problem.status === 404;

function explain(problem, rule) {
  if (!isStale(problem)) return complain(problem);
  const who = problem.current?.updated_by ?? "Someone else";
  return complain({ message: `${who} has changed “${nameOf(rule)}” meanwhile, so nothing was done. ` +
    "Here is how it stands now." });
}

// Both resolve with whether what is shown is now out of date.
export async function switchRule(entry, enabled) {
  try {
    // Left out, it means the same as true, so that off and on again is no change.
    const { enabled: _, ...rest } = entry.rule;
    await rules.save(entry.rule.id, enabled ? rest : { ...rest, enabled }, entry.revision);
    say(`“${nameOf(entry.rule)}” is ${enabled ? "on" : "off"} in the draft.`);
    return true;
  } catch (problem) {
    explain(problem, entry.rule);
    return isStale(problem);
  }
}

export async function deleteRule(entry) {
  const name = nameOf(entry.rule);
  const text = entry.status === "added"
    ? "It was never published, so this cannot be taken back."
    : "It leaves the draft. Shoppers keep its effect until you publish.";
  if (!(await confirmed({ title: `Delete “${name}”?`, text, action: "Delete", danger: true }))) {
    return false;
  }
  try {
    await rules.remove(entry.rule.id, entry.revision);
    say(`“${name}” is deleted from the draft.`);
    return true;
  } catch (problem) {
    explain(problem, entry.rule);
    return isStale(problem);
  }
}

// A rule to start a new one from: everything but the id, which belongs to the first.
export function copyOf(rule) {
  const { id, ...others } = rule;
  return { ...others, name: `${nameOf(rule)} (copy)` };
}

// Queries on which the rule would show, taken from its condition.
export function likelyQueries(rule) {
  const query = rule?.when?.query ?? {};
  const listed = ["is", "contains", "starts_with", "ends_with"].flatMap((kind) => query[kind] ?? []);
  const terms = (rule?.then ?? []).flatMap((instruction) => instruction?.synonym?.terms ?? []);
  return [...new Set([...listed, ...terms])].filter((text) => typeof text === "string").slice(0, 8);
}
