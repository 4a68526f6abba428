// The start page's shelf is for everyone until it is known whose visit this is.

import { client_id, session_id } from "./shopper.js";

const SEEN = "endcap-found"; // Something was looked at in this visit.

async function fill() {
  const shelf = document.getElementById("for-you");
  if (!shelf || !client_id || !sessionStorage[SEEN]) return;
  const query = new URLSearchParams({ client_id, session_id });
  const answer = await fetch(`/for-you?${query}`).catch(() => null);
  const html = answer?.ok ? await answer.text() : "";
  // It may have made way for results meanwhile.
  if (html.trim() && shelf.isConnected) htmx.swap(shelf, html, { swapStyle: "outerHTML" });
}

document.addEventListener("htmx:historyRestore", fill);
fill();
