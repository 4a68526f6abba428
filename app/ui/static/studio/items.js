// Items of the shop: found by words for the picker, or by id to show what a rule names.
//
// Both ask for a preview and not for a search, because a preview is not counted: what a
// merchandiser looks for must not appear among what shoppers search for.

import { rules } from "./api.js";

const AT_ONCE = 10;
// A rule may name hundreds of items; of most of them the id has to do.
const MOST_FACES = 50;

const known = new Map();
let waiting = new Map();

const faceOf = (hit) => ({ id: hit.id, title: hit.title, picture: hit.image_url, group: hit.group_id });

async function look(text, filter) {
  const { queries } = await rules.preview({ queries: [text], draft: true, ...(filter && { filter }) });
  const { before, after } = queries[0];
  // What the live rules hide may still be there in the draft, and the other way round.
  const hits = [...before.hits, ...after.hits];
  const faces = new Map(hits.map((hit) => [hit.id, faceOf(hit)]));
  faces.forEach((face, id) => known.set(id, face));
  return [...faces.values()];
}

export const findItems = (words) => look(words).catch(() => []);

// Products are found by their items.
export async function findGroups(words) {
  const named = (await findItems(words)).filter(({ group }) => group).map((face) => ({ ...face, id: face.group }));
  return [...new Map(named.map((face) => [face.id, face])).values()];
}

export const groupFace = (id) =>
  look("", { field: "group_id", any_of: [id] }).then((faces) => faces[0] ?? null, () => null);

// What is known of an item, or null: one that a rule hides is not found, and that is no error.
// Those asked for at the same time are looked for together.
export function itemFace(id) {
  if (known.has(id)) return Promise.resolve(known.get(id));
  if (waiting.size >= MOST_FACES) return Promise.resolve(null);
  if (!waiting.size) queueMicrotask(lookForWaiting);
  return new Promise((resolve) => waiting.set(id, [...(waiting.get(id) ?? []), resolve]));
}

async function lookForWaiting() {
  const asked = waiting;
  waiting = new Map();
  const ids = [...asked.keys()];
  for (let n = 0; n < ids.length; n += AT_ONCE) {
    const some = ids.slice(n, n + AT_ONCE);
    await look("", { field: "id", any_of: some }).catch(() => []);
    some.forEach((id) => asked.get(id).forEach((resolve) => resolve(known.get(id) ?? null)));
  }
}
