// Suggestions for what was typed so far, from the API; each leads somewhere.

const MOST = 4;
const icon = (name) => `<svg viewBox="0 0 24 24" aria-hidden="true"><use href="#i-${name}"/></svg>`;

export async function fetchSuggestions(text, signal) {
  const query = new URLSearchParams({ q: text.slice(0, 200), limit: MOST });
  const answer = await fetch(`/v1/suggest?${query}`, { signal });
  return answer.ok ? groupsOf(await answer.json()) : []; // Where a key is needed, there are none.
}

function groupsOf({ queries, categories, items }) {
  const groups = [
    { label: "Searches", options: queries.map((query) => ({ kind: "query", text: query.text, icon: "glass", side: "" })) },
    { label: "Categories", options: categories.map(categoryOption) },
    { label: "Items", options: items.map(itemOption) },
  ];
  return groups.filter(({ options }) => options.length);
}

const categoryOption = ({ value, path, count }) => ({
  kind: "category", text: path.at(-1), within: path.slice(0, -1).join(" › "), icon: "folder",
  side: count.toLocaleString("en"), url: `/?${new URLSearchParams({ category: value })}`,
});

const itemOption = (item) => ({
  kind: "item", text: item.title, picture: /^(https?:\/)?\//i.test(item.image_url) ? item.image_url : "",
  icon: "glass", side: item.price === null ? "" : money(item.price, item.currency),
  url: `/items/${encodeURIComponent(item.id)}`, item: item.id,
});

export function money(price, currency) {
  try {
    return price.toLocaleString("en", { style: "currency", currency });
  } catch {
    return `${currency} ${price.toFixed(2)}`; // Not a currency that the browser knows.
  }
}

export function drawOption(option, id) {
  const element = document.createElement("div");
  Object.assign(element, { id, role: "option", className: `is-${option.kind}` });
  element.setAttribute("aria-selected", "false");
  element.innerHTML = `${option.picture ? '<img alt="" width="40" height="40">' : icon(option.icon)}<span class="text"></span><span class="side"></span>`;
  if (option.picture) element.querySelector("img").src = option.picture;
  element.querySelector(".text").append(option.text);
  if (option.within) {
    const within = document.createElement("small");
    within.textContent = ` in ${option.within}`;
    element.querySelector(".text").append(within);
  }
  element.querySelector(".side").textContent = option.side;
  return element;
}
