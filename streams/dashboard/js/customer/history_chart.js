/** The drawing of a customer's history with a reading of the day pointed at, and its table. */

import { customerPath, get } from "../api.js";
import { scoreLine } from "../charts/score_line.js";
import { sized } from "../charts/sized.js";
import { fill, h } from "../dom.js";
import { day, exact, number } from "../format.js";
import { t } from "../i18n.js";
import { emptyState } from "../parts/states.js";
import { table } from "../parts/table.js";
import { allTiers, tierBadge, tierName } from "../tiers.js";

/**
 * @param {string} id
 * @returns {Promise<any>} the ledger as the API tells it
 */
export const askLedger = (id) => get(customerPath(id, "/ledger"));

/**
 * @param {any} ledger
 * @param {any} told the explanation
 * @returns {any}
 */
export function historyChart(ledger, told) {
  if (!ledger.score_by_day.length && !ledger.rows.length) return emptyState(t("history.empty"));
  const ranked = told.ranked_by === "score";
  const bands = ranked
    ? allTiers().map((tier) => ({ name: tier.name, enter: tier.enter ?? 0 }))
    : [];
  const history = {
    days: ledger.score_by_day,
    rows: ledger.rows,
    outlook: told.outlook,
    bands,
    today: told.as_of,
  };
  const reading = h("p.history-reading", {});
  const latest = history.days.at(-1);
  if (latest) fill(reading, words(latest, history));
  const chart = sized((width) => {
    const { picture, scale } = scoreLine(history, width);
    picture.addEventListener("pointermove", (event) => {
      const at = scale.dayAt(event.clientX - picture.getBoundingClientRect().left);
      const row = history.days.findLast((one) => one.day <= at);
      if (row) fill(reading, words(row, history));
    });
    return picture;
  });
  return [reading, chart.element, legend(), asTable(ledger)];
}

function words(row, history) {
  const bought = history.rows.find((one) => one.day === row.day);
  return [
    h("strong", {}, day(row.day)),
    row.tier && tierBadge(row.tier),
    row.score !== null && h("span", {}, `${t("score")} ${exact(row.score)}`),
    bought &&
      h(
        "span",
        {},
        t("history.bought", { spend: exact(bought.spend), orders: number(bought.orders) }),
      ),
  ];
}

function legend() {
  const item = (name) =>
    h("li", { class: `key-${name}` }, h("i", { "aria-hidden": "true" }), t(`history.key.${name}`));
  return h("ul.keys", {}, ["score", "ahead", "held", "spend"].map(item));
}

function asTable(ledger) {
  const scores = new Map(ledger.score_by_day.map((row) => [row.day, row]));
  const rows = [...ledger.rows].reverse().map((row) => {
    const graded = scores.get(row.day);
    return [
      day(row.day),
      number(row.orders),
      exact(row.spend),
      exact(row.refunds),
      number(row.interactions),
      exact(graded?.score),
      graded?.tier ? tierName(graded.tier) : "–",
    ];
  });
  const head = ["day", "orders", "spend", "refunds", "interactions", "score", "tier"];
  const shown = table({
    caption: t("ledger.caption"),
    head: head.map((name) => t(`ledger.${name}`)),
    rows,
  });
  return h("details.as-table", {}, h("summary", {}, t("as-table")), shown);
}
