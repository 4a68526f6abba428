// A rule in plain words: `When the query contains “shoes”, boost brand Fleetwick by 2.`
// A pure function of the rule, which may be half written.

import { fieldName, filterWords, listed, some } from "./filter_sentence.js";
import { clip, day } from "./format.js";
import { isList, isObject, texts } from "./shape.js";

const quoted = (values) => texts(values).map((text) => `“${clip(text, 60)}”`);
const either = (values) => some(quoted(values), "or") || "…";

export function sentence(rule) {
  const when = isObject(rule?.when) ? rule.when : {};
  const clauses = whenClauses(when);
  const actions = (isList(rule?.then) ? rule.then : []).map(instructionWords);
  const head = clauses.length ? `When ${joined(clauses)}` : "For every search";
  const end = rule?.stop === true ? "; weaker rules are then not looked at" : "";
  return `${head}, ${joined(actions) || "do nothing yet"}${spanWords(when)}${end}.`;
}

// Parts that have commas of their own are kept apart by semicolons.
const joined = (parts) =>
  parts.length > 1 && parts.some((part) => part.includes(","))
    ? `${parts.slice(0, -1).join("; ")}; and ${parts[parts.length - 1]}`
    : listed(parts, "and");

const QUERY_KINDS = {
  is: (value) => `is ${either(value)}`,
  starts_with: (value) => `begins with ${either(value)}`,
  ends_with: (value) => `ends with ${either(value)}`,
  contains: (value) => `contains ${either(value)}`,
  matches: (value) => `matches the pattern ${either(value)}`,
};

function queryWords(query) {
  if (!isObject(query)) return "the query is …";
  const said = Object.entries(QUERY_KINDS)
    .filter(([kind]) => query[kind] !== undefined)
    .map(([kind, words]) => words(query[kind]));
  const loose = [query.plurals === true && "singular or plural", query.typos === true && "typos forgiven"];
  const how = loose.filter(Boolean).join(", ");
  return `the query ${listed(said, "and") || "…"}${how && ` (${how})`}`;
}

function spanWords({ starts_at: from, ends_at: until }) {
  const parts = [from && `from ${day(from)}`, until && `until ${day(until)}`].filter(Boolean);
  return parts.length ? `, ${parts.join(" ")}` : "";
}

const sortWords = (value) => (value === "relevance" ? "relevance" : orderWords(value));

const WHEN = {
  query: queryWords,
  empty_query: (empty) => (empty === false ? "the query has a word" : "the query is empty"),
  filter: (filter) => `the shopper filters by ${filterWords(filter)}`,
  category: (value) => `the shopper is in category ${either(value)}`,
  segments: (value) => `the shopper belongs to ${either(value)}`,
  locale: (value) => `the locale is ${some(texts(value), "or") || "…"}`,
  sort: (value) => `the shopper sorts by ${some(texts(value).map(sortWords), "or") || "…"}`,
  context: (context) => listed(Object.entries(isObject(context) ? context : {})
    .map(([name, value]) => `${name} is ${either(value)}`), "and") || "the context is …",
  experiment: (experiment) =>
    `experiment ${experiment?.key ?? "…"} is in arm ${experiment?.arm ?? "…"}`,
};

function whenClauses(when) {
  const known = Object.keys(WHEN).filter((part) => when[part] !== undefined && when[part] !== null);
  const others = Object.keys(when)
    .filter((part) => !WHEN[part] && part !== "starts_at" && part !== "ends_at");
  return [
    ...known.map((part) => WHEN[part](when[part])),
    ...others.map((part) => `${part} holds`),
  ];
}

const ORDERS = {
  price: { plain: "asc", asc: "price, cheapest first", desc: "price, dearest first" },
  rating: { plain: "desc", asc: "rating, worst first", desc: "rating, best first" },
  popularity: { plain: "desc", asc: "popularity, least first", desc: "popularity, most first" },
  newest: { plain: "desc", asc: "age, oldest first", desc: "age, newest first" },
  reviews: { plain: "desc", asc: "number of reviews, fewest first", desc: "number of reviews, most first" },
};

export function orderWords(value) {
  const [name, direction] = String(value ?? "…").split(":");
  const order = ORDERS[name];
  return order?.[direction ?? order.plain] ?? String(value ?? "…");
}

function target(body, what = "the items") {
  if (isList(body?.item_ids)) {
    const ids = body.item_ids;
    if (ids.length > 3) return `${ids.length} items`;
    return ids.length ? `${ids.length === 1 ? "item" : "items"} ${listed(ids, "and")}` : what;
  }
  if (!body?.filter) return what;
  return `${body.filter.all?.length > 1 ? "items with " : ""}${filterWords(body.filter)}`;
}

function pinWords(pin) {
  const ignored = [pin?.ignore_filters === true && "filtered out", pin?.ignore_stock === true && "sold out"];
  const even = ignored.filter(Boolean).join(" or ");
  const what = pin?.group_id ? `the best of group ${pin.group_id}` : `item ${pin?.item_id ?? "…"}`;
  return `pin ${what} to position ${pin?.position ?? 1}${even && `, even when ${even}`}`;
}

function synonymWords(synonym) {
  const terms = quoted(synonym?.terms);
  const weight = synonym?.weight ?? 1;
  const counting = weight === 1 ? "" : `, counting ${weight}`;
  return synonym?.one_way === true
    ? `for ${terms[0] ?? "…"} also find ${some(terms.slice(1), "and") || "…"}${counting}`
    : `take ${some(terms, "and") || "…"} for the same${counting}`;
}

const DO = {
  pin: pinWords,
  hide: (body) => `hide ${target(body)}`,
  boost: (body) => `boost ${target(body)} by ${body?.by ?? "…"}`,
  bury: (body) => `bury ${target(body)} by ${body?.by ?? "…"}`,
  filter: (filter) =>
    (filter?.not ? `leave out ${filterWords(filter.not)}` : `show only ${filterWords(filter)}`),
  replace_query: (text) => `search for “${text || "…"}” instead`,
  remove_words: (words) => `leave out the words ${some(quoted(words), "and") || "…"}`,
  synonym: synonymWords,
  redirect: (to) => `send the shopper to ${to || "…"}`,
  banner: (banner) => `show the banner “${banner?.title ?? "…"}”`,
  data: (data) => `hand the page data (${Object.keys(data ?? {}).join(", ") || "none"})`,
  sort: (by) => `sort by ${orderWords(by)}`,
  diversify: (body) =>
    `show at most ${body?.max_per_page ?? "…"} of one ${fieldName(body?.field ?? "…")} on a page`,
};

export function instructionWords(instruction) {
  const kinds = isObject(instruction) ? Object.keys(instruction) : [];
  if (kinds.length === 1 && DO[kinds[0]]) return DO[kinds[0]](instruction[kinds[0]]);
  return `do ${clip(JSON.stringify(instruction) ?? "…", 60)}`;
}
