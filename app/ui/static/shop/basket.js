// The basket of the demonstration, kept in the browser alone.

const KEY = "endcap-basket";
const MOST = 99;

export function lines() {
  try {
    const kept = JSON.parse(localStorage[KEY] ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

function keep(changed) {
  try {
    localStorage[KEY] = JSON.stringify(changed);
  } catch {
    // Storage is turned off or full: the basket stays as it was.
  }
  document.dispatchEvent(new CustomEvent("basket"));
}

export const count = () => lines().reduce((sum, line) => sum + line.quantity, 0);

export function add(item) {
  const others = lines().filter(({ id }) => id !== item.id);
  const before = lines().find(({ id }) => id === item.id)?.quantity ?? 0;
  keep([...others, { ...item, quantity: Math.min(MOST, before + 1) }]);
}

export function setQuantity(id, quantity) {
  keep(lines().map((line) => (line.id === id ? { ...line, quantity } : line)));
}

export const remove = (id) => keep(lines().filter((line) => line.id !== id));
export const empty = () => keep([]);

export function totals() {
  const sums = new Map();
  for (const { price, currency, quantity } of lines()) {
    if (price !== null) sums.set(currency, (sums.get(currency) ?? 0) + price * quantity);
  }
  return sums;
}

addEventListener("storage", ({ key }) => key === KEY && document.dispatchEvent(new CustomEvent("basket")));
