// A tidy history: one run of typing is one step, or Back would walk through every letter.

const RUN_MS = 3000;
let lastTyped = -Infinity;

document.addEventListener("htmx:beforeHistoryUpdate", ({ detail, timeStamp }) => {
  const typed = detail.requestConfig.triggeringEvent?.type === "input";
  const same = detail.history.path === location.pathname + location.search;
  if (same || (typed && timeStamp - lastTyped < RUN_MS)) detail.history.type = "replace";
  lastTyped = typed ? timeStamp : -Infinity;
});
document.addEventListener("change", () => (lastTyped = -Infinity));
addEventListener("popstate", () => {
  lastTyped = -Infinity;
  htmx.trigger("#search", "htmx:abort");
});
document.addEventListener("htmx:historyCacheMissLoadError", () => location.reload());
