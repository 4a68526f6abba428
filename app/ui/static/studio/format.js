// Moments, numbers and prices as people read them, in the time zone of their browser.

const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const UNITS = [["year", 31536e6], ["month", 2592e6], ["day", 864e5], ["hour", 36e5], ["minute", 6e4]];

export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const readable = (iso) => !Number.isNaN(Date.parse(iso));

export const moment = (iso) => (iso && readable(iso) ? MOMENT.format(new Date(iso)) : String(iso ?? ""));

export function day(iso) {
  if (!readable(iso)) return String(iso);
  const date = new Date(iso);
  // Midnight is what people mean by a day; any other time is said.
  const midnight = date.getHours() === 0 && date.getMinutes() === 0;
  return (midnight ? DAY : MOMENT).format(date);
}

export const date = (iso) => (readable(iso) ? DAY.format(new Date(iso)) : String(iso));

export function ago(iso, now = Date.now()) {
  if (!iso || !readable(iso)) return String(iso ?? "");
  const away = Date.parse(iso) - now;
  const [unit, ms] = UNITS.find(([, size]) => Math.abs(away) >= size) ?? ["second", 1000];
  if (unit === "second") return away < 0 ? "just now" : "in a moment";
  return AGO.format(Math.trunc(away / ms), unit);
}

export const daysUntil = (iso, now = Date.now()) => (Date.parse(iso) - now) / 864e5;

// What a datetime-local field holds, and back: the moment with the browser's offset at that time.
export function toLocal(iso) {
  const date = new Date(iso);
  return new Date(date - date.getTimezoneOffset() * 6e4).toISOString().slice(0, 16);
}

export function fromLocal(local) {
  const minutes = -new Date(local).getTimezoneOffset();
  const two = (number) => String(Math.trunc(Math.abs(number))).padStart(2, "0");
  return `${local.slice(0, 16)}:00${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

export const count = (number, one, many = `${one}s`) =>
  `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

export function price(amount, currency) {
  if (amount === null || amount === undefined) return "";
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).format(amount);
  } catch {
    return `${amount} ${currency ?? ""}`.trim();
  }
}

export const share = (number) => (typeof number === "number" ? number.toFixed(2) : "–");

export const clip = (text, length = 120) =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;
