// Which of two interleaved models shoppers chose from: wins, ties and losses of the second.

import { h } from "./dom.js";
import { count } from "./format.js";
import { intervalPlot } from "./interval_plot.js";
import { interval, percent, percentTick, probability } from "./numbers.js";
import { numbersTable, picture, s } from "./svg.js";

export function interleavingResult({ arms }, result) {
  const { searches, by_search: bySearch, by_client: byClient, preference, p_value: p } = result;
  const [first, second] = arms.map(({ name }) => name);
  const decided = byClient.wins + byClient.losses;
  return h("div", {},
    h("p", { class: "verdict" }, decided
      ? `Of ${count(decided, "shopper")} with a preference, ${percent(preference.value)} prefer ${second} ` +
        `(p ${probability(p)}).`
      : "No shopper has shown a preference yet."),
    h("div", { class: "plots" },
      h("figure", { class: "plot" }, h("figcaption", {}, h("h3", {}, "Whose hits were clicked more"),
        h("ul", { class: "legend", role: "list" },
          [["loss", first], ["tie", "both as much"], ["win", second]].map(([kind, words]) =>
            h("li", {}, h("span", { class: `swatch ${kind}` }), words)))),
      share("By shopper", byClient, first, second), share("By search", bySearch, first, second),
      numbersTable("Wins, ties and losses", { heads: ["", `${second} wins`, "Ties", `${first} wins`],
        rows: [["Shoppers", ...parts(byClient)], ["Searches", ...parts(bySearch)]] })),
      intervalPlot({
        title: `Share that prefers ${second}`, zero: 0.5, least: 0.1, write: percent, ticks: percentTick,
        note: `Of shoppers with a preference, in ${count(searches, "interleaved list")}. ` +
          "The line is where neither is better.",
        rows: [{ name: "Shoppers", marks: [{ estimate: preference }] }],
        table: { heads: ["", "Share [95 % interval]", "p"],
          rows: [["Shoppers", interval(preference, percent), probability(p)]] },
      })));
}

const parts = ({ wins, ties, losses }) => [wins, ties, losses].map((number) => number.toLocaleString("en"));

function share(title, { wins, ties, losses }, first, second) {
  const total = wins + ties + losses || 1;
  let from = 0;
  const bars = [["loss", losses], ["tie", ties], ["win", wins]].map(([kind, number]) => {
    const bar = s("rect", { class: kind, x: `${(100 * from) / total}%`, y: 18,
      width: `${(100 * number) / total}%`, height: 14 });
    from += number;
    return bar;
  });
  return picture({ title, text: `${second} wins ${wins}, ties ${ties}, ${first} wins ${losses}.`,
    size: { class: "rows-plot stack", width: "100%", height: 38 } },
    s("text", { class: "name", x: 0, y: 12 }, title), bars);
}
