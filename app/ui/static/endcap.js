// What htmx leaves to the search page: one key, tidy history, missing pictures, failed answers.
(() => {
  const box = () => document.getElementById("q");

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    event.preventDefault();
    box().focus();
    box().select();
  });

  // A page that comes with a query is gone on with at the end of the text.
  const end = () => box().setSelectionRange(box().value.length, box().value.length);
  document.addEventListener("htmx:historyRestore", end);
  end();

  // One run of typing is one step in the history, or Back would walk through every letter.
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

  // A page change lands on the results, for the keyboard and for screen readers.
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.requestConfig?.elt.closest?.(".pager")) {
      document.getElementById("results").focus({ preventScroll: true });
    }
  });

  // The drawn tile lies under each picture: a broken one goes, a loaded one covers it.
  const settle = (img) => (img.naturalWidth ? img.classList.add("ready") : img.remove());
  for (const kind of ["load", "error"]) {
    const listen = ({ target }) => target.matches?.(".tile img") && settle(target);
    document.addEventListener(kind, listen, true);
  }
  document.querySelectorAll(".tile img").forEach((img) => img.complete && settle(img));

  // An error with a page of its own is shown; anything else is told in our words.
  const unreachable = () => document.getElementById("unreachable");
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status < 400) return;
    detail.shouldSwap = true;
    const html = (detail.xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/html");
    if (!html) detail.serverResponse = unreachable().innerHTML;
  });
  for (const kind of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(kind, () => {
      const problem = unreachable().content.cloneNode(true);
      document.getElementById("status").textContent = problem.querySelector("p").textContent;
      document.getElementById("results").replaceChildren(problem);
    });
  }
})();
