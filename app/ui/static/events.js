// Tells the service what a shopper does with the list that is shown: clicks, and how far it was seen.
(() => {
  const SEEN_MS = 300; // A card that only flies past while someone types or scrolls was not seen.

  const kept = (storage, name) => {
    try {
      const made = [...crypto.getRandomValues(new Uint8Array(16))];
      return (storage()[name] ??= made.map((byte) => byte.toString(16).padStart(2, "0")).join(""));
    } catch {
      return ""; // Storage is turned off: nobody in particular.
    }
  };
  const client_id = kept(() => localStorage, "endcap-client");
  const session_id = kept(() => sessionStorage, "endcap-session");

  // A page that came by its address was searched for without a name; all that follow have one.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (client_id) Object.assign(detail.parameters, { client_id, session_id });
  });

  const send = (action_name, query_id, event_attributes) => {
    const timestamp = new Date().toISOString();
    const event = { action_name, timestamp, client_id, session_id, query_id, event_attributes };
    const body = JSON.stringify({ application: "endcap-page", ...event });
    navigator.sendBeacon("/v1/events", new Blob([body], { type: "application/json" }));
  };
  const ordinal = (card) => Number(card.dataset.position);

  const clicked = ({ target, button }) => {
    const card = button < 2 && target.closest?.(".tile, .about")?.closest(".card");
    if (!card) return;
    const object = { object_id: card.dataset.item };
    const { queryId } = card.closest("[data-query-id]").dataset;
    send("click", queryId, { object, position: { ordinal: ordinal(card) } });
  };
  document.addEventListener("click", clicked);
  document.addEventListener("auxclick", clicked); // The middle button opens a tab.

  let list, lowest, told;
  const inView = new Map(); // By card, since when.
  const left = (card, now) => {
    if (now - inView.get(card) >= SEEN_MS) lowest = Math.max(lowest, ordinal(card));
    inView.delete(card);
  };
  const eye = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target, time } of entries) {
        if (isIntersecting) inView.set(target, time);
        else if (inView.has(target)) left(target, time);
      }
    },
    { threshold: 0.5 },
  );
  const begin = () => {
    list = document.querySelector("[data-query-id]");
    told = 0;
    if (!list) return;
    const cards = list.querySelectorAll(".card");
    lowest = Math.max(ordinal(cards[0]) - 1, 1);
    cards.forEach((card) => eye.observe(card));
  };
  const tell = () => {
    if (!list) return;
    const now = performance.now();
    for (const [card, since] of [...inView]) {
      left(card, now);
      inView.set(card, since);
    }
    if (lowest > told) send("impression", list.dataset.queryId, { position: { ordinal: lowest } });
    told = lowest;
  };
  const end = () => {
    tell();
    eye.disconnect();
    inView.clear();
    list = undefined;
  };
  document.addEventListener("visibilitychange", () => document.hidden && tell());
  addEventListener("pagehide", tell);
  document.addEventListener("htmx:beforeSwap", ({ detail }) => detail.target.id === "results" && end());
  document.addEventListener("htmx:afterSwap", ({ detail }) => detail.target.id === "results" && begin());
  document.addEventListener("htmx:historyRestore", () => (end(), begin()));
  begin();
})();
