// From numbers to places across a plot, as shares of its width: so a plot fits any window while
// its text keeps its size.

const INSET = 1.5;
const STEPS = [1, 2, 2.5, 5, 10];

// `at` gives the place of a number in percent; `ticks` are round numbers across.
export function scale(numbers, { most = 5, least } = {}) {
  const given = numbers.filter((number) => Number.isFinite(number));
  let low = Math.min(...given);
  let high = Math.max(...given);
  if (!given.length) [low, high] = [0, 1];
  // So that what hardly differs does not look far apart.
  const missing = (least ?? 0) - (high - low);
  if (missing > 0 || low === high) {
    low -= missing > 0 ? missing / 2 : 0.5;
    high += missing > 0 ? missing / 2 : 0.5;
  }
  const step = stepOf((high - low) / (most - 1));
  low = Math.floor(low / step + 1e-9) * step;
  high = Math.ceil(high / step - 1e-9) * step;
  const place = (number) => INSET + ((100 - 2 * INSET) * (number - low)) / (high - low);
  const ticks = [];
  for (let tick = low; tick <= high + step / 1e6; tick += step) ticks.push(Number(tick.toPrecision(10)));
  return { at: (number) => `${place(number).toFixed(3)}%`, place, ticks, digits: digitsOf(step) };
}

function stepOf(rough) {
  const size = 10 ** Math.floor(Math.log10(rough));
  return size * STEPS.find((step) => step * size >= rough * (1 - 1e-9));
}

// As many places as tell two ticks apart.
const digitsOf = (step) => {
  const found = [0, 1, 2, 3, 4, 5].find((digits) => Math.abs(step - Number(step.toFixed(digits))) < step / 1e6);
  return found ?? 6;
};
