// Figures as the views of models and experiments write them; what is not known is a dash.

const known = (number) => typeof number === "number" && Number.isFinite(number);
const MINUS = /^-/;

export const fixed = (number, digits = 3) =>
  (known(number) ? tidy(number.toFixed(digits)) : "–");

export const signed = (number, digits = 3) =>
  (known(number) && number > 0 ? `+${number.toFixed(digits)}` : fixed(number, digits));

export const percent = (share, digits = 1) =>
  (known(share) ? `${tidy((100 * share).toFixed(digits))} %` : "–");

export const signedPercent = (share, digits = 1) =>
  (known(share) && share > 0 ? `+${percent(share, digits)}` : percent(share, digits));

// For ticks, whose digits are those of the share.
export const percentTick = (share, digits) => percent(share, Math.max(0, digits - 2));
export const signedPercentTick = (share, digits) => signedPercent(share, Math.max(0, digits - 2));

export const seconds = (number) =>
  (known(number) ? `${number < 10 ? number.toFixed(2) : Math.round(number)} s` : "–");

export const milliseconds = (number) => (known(number) ? `${number.toFixed(1)} ms` : "–");

// Far from nothing, or as near as three figures can tell.
export const probability = (p) => (known(p) ? (p < 0.001 ? "< 0.001" : p.toFixed(3)) : "–");

// The API calls the middle of an interval by either name.
export const middle = (estimate) => estimate?.mean ?? estimate?.value;

export const hasInterval = (estimate) => known(estimate?.low) && known(estimate?.high);

export const interval = (estimate, write = fixed) =>
  (hasInterval(estimate)
    ? `${write(middle(estimate))} [${write(estimate.low)}, ${write(estimate.high)}]`
    : write(middle(estimate)));

// Minus zero is zero, and a minus is as wide as a plus.
const tidy = (text) => (Number(text) === 0 ? text.replace(MINUS, "") : text.replace(MINUS, "−"));
