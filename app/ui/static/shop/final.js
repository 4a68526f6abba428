// Says of each search that the shopper means it, unless it is of a text that is still being typed.

import { isForResults } from "./for_results.js";

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (isForResults(detail) && detail.triggeringEvent?.type !== "input") detail.parameters.final = 1;
});
