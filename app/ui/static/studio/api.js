// Calls the HTTP API with the session's key, and turns what goes wrong into sentences.

import { session } from "./session.js";

export class ApiProblem extends Error {
  constructor(status, body = {}) {
    super(body.detail || body.title || `The service answered with status ${status}.`);
    this.status = status;
    this.title = body.title ?? "";
    this.errors = Array.isArray(body.errors) ? body.errors : [];
    this.current = body.current ?? null;
    // Ids of rules that publishing would take back; null where that is not what is wrong.
    this.undone = Array.isArray(body.undone) ? body.undone : null;
  }
}

const UNREACHABLE = "The service cannot be reached. Check the connection and try again.";
const FORBIDDEN = "Your key does not allow this.";

let renew = null;

// `ask(problem)` settles when the session has a valid key again; the call is then made once more,
// so that a key that expires in the middle of the work costs nothing of it.
export const onExpired = (ask) => (renew = ask);

export const call = async (method, path, parts) => read(await asked(method, path, parts));

async function asked(method, path, parts = {}) {
  const reply = await send(method, path, parts, session.key);
  if (reply.status !== 401 || !renew) return reply;
  await renew(await problemOf(reply));
  return send(method, path, parts, session.key);
}

// The answer, and the ETag that stands for its state when something is changed on its strength.
async function tagged(path) {
  const reply = await asked("GET", path);
  return { answer: await read(reply), etag: reply.headers.get("ETag") };
}

// Who the key belongs to; asked at sign-in, before there is a session.
export const whoIs = async (key) => read(await send("GET", "/v1/admin/me", {}, key));

function send(method, path, { body, query, revision, etag }, key) {
  const headers = { Accept: "application/json" };
  if (key) headers.Authorization = `Bearer ${key}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (revision !== undefined && revision !== null) headers["If-Match"] = `"${revision}"`;
  if (etag) headers["If-Match"] = etag;
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const options = { method, headers, body: sent, cache: "no-store", credentials: "omit" };
  return fetch(path + search(query), options).catch(() => {
    throw new ApiProblem(0, { detail: UNREACHABLE });
  });
}

async function read(reply) {
  if (!reply.ok) throw await problemOf(reply);
  if (reply.status === 204) return null;
  return reply.json().catch(() => {
    throw new ApiProblem(reply.status, { detail: "The service's answer cannot be read." });
  });
}

async function problemOf(reply) {
  const body = await reply.json().catch(() => ({}));
  if (reply.status === 403 && !body.detail) body.detail = FORBIDDEN;
  return new ApiProblem(reply.status, body);
}

function search(query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

const rulePath = (id) => `/v1/admin/rules/${encodeURIComponent(id)}`;

export const rules = {
  list: (query) => call("GET", "/v1/admin/rules", { query }),
  get: (id) => call("GET", rulePath(id)),
  create: (rule) => call("POST", "/v1/admin/rules", { body: rule }),
  save: (id, rule, revision) => call("PUT", rulePath(id), { body: rule, revision }),
  remove: (id, revision) => call("DELETE", rulePath(id), { revision }),
  preview: (body) => call("POST", "/v1/admin/rules/preview", { body }),
};

export const versions = {
  list: (page = 1, perPage = 50) =>
    call("GET", "/v1/admin/rulesets", { query: { page, per_page: perPage } }),
  diff: (from, to) => call("GET", `/v1/admin/rulesets/${from}/diff/${to}`),
  unpublished: () => tagged("/v1/admin/rulesets/live/diff/draft"),
  freeze: (message, ids, etag) =>
    call("POST", "/v1/admin/rulesets", { body: ids ? { message, rules: ids } : { message }, etag }),
  publish: (version, at, force) =>
    call("POST", `/v1/admin/rulesets/${version}/publish`,
      { body: { ...(at && { at }), ...(force && { force }) } }),
  unschedule: (publication) =>
    call("DELETE", `/v1/admin/rulesets/publications/${publication}`),
  rollback: () => call("POST", "/v1/admin/rulesets/rollback"),
};

export const audit = (query) => call("GET", "/v1/admin/audit", { query });
export const usage = (days) => call("GET", "/v1/admin/usage", { query: { days } });

export const keys = {
  list: () => call("GET", "/v1/admin/keys"),
  create: (body) => call("POST", "/v1/admin/keys", { body }),
  revoke: (id) => call("DELETE", `/v1/admin/keys/${encodeURIComponent(id)}`),
};

const modelPath = (version) => `/v1/admin/models/${encodeURIComponent(version)}`;

export const models = {
  list: (page = 1, perPage = 50) =>
    call("GET", "/v1/admin/models", { query: { page, per_page: perPage } }),
  get: (version) => call("GET", modelPath(version)),
  train: (body) => call("POST", "/v1/admin/models/train", { body }),
  promote: (version, force) =>
    call("POST", `${modelPath(version)}/promote`, { body: force ? { force } : {} }),
  rollback: () => call("POST", "/v1/admin/models/rollback"),
  compare: (body) => call("POST", "/v1/admin/models/compare", { body }),
};

export const features = () => call("GET", "/v1/admin/features");

const experimentPath = (key) => `/v1/admin/experiments/${encodeURIComponent(key)}`;

export const experiments = {
  list: () => call("GET", "/v1/admin/experiments"),
  get: (key) => call("GET", experimentPath(key)),
  create: (plan) => call("POST", "/v1/admin/experiments", { body: plan }),
  save: (key, plan, revision) => call("PUT", experimentPath(key), { body: plan, revision }),
  remove: (key, revision) => call("DELETE", experimentPath(key), { revision }),
  start: (key, at, revision) =>
    call("POST", `${experimentPath(key)}/start`, { body: at ? { at } : {}, revision }),
  stop: (key, reason, revision) =>
    call("POST", `${experimentPath(key)}/stop`, { body: { reason }, revision }),
};

export const cancelTask = (id) => call("POST", `/v1/tasks/${id}/cancel`);
