// Tells the service what a shopper does, in the shape of User Behavior Insights.

import { client_id, session_id } from "./shopper.js";

export function send(action_name, query_id, event_attributes) {
  const timestamp = new Date().toISOString();
  const event = { action_name, timestamp, client_id, session_id, query_id, event_attributes };
  const body = JSON.stringify({ application: "endcap-page", ...event });
  navigator.sendBeacon("/v1/events", new Blob([body], { type: "application/json" }));
}

// The list that an item was found in goes with what is done with it later, on other pages, too.
const FOUND = "endcap-found";
const MOST = 200;

function found() {
  try {
    return JSON.parse(sessionStorage[FOUND] ?? "{}");
  } catch {
    return {};
  }
}

export function rememberList(item, query_id) {
  try {
    const entries = Object.entries({ ...found(), [item]: query_id });
    sessionStorage[FOUND] = JSON.stringify(Object.fromEntries(entries.slice(-MOST)));
  } catch {
    // Without storage the service looks for the latest list with the item.
  }
}

export const listOf = (item) => found()[item];
