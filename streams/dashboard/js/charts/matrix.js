/** Tier by tier as a table: the exact numbers behind a flow. */

import { h } from "../dom.js";
import { number } from "../format.js";
import { t } from "../i18n.js";
import { scrolling } from "../parts/table.js";
import { tierBadge } from "../tiers.js";

const LEVELS = 5;

/**
 * @param {{from: string|null, to: string|null, count: number}[]} cells
 * @param {{order: string[], caption: string, same?: boolean}} options tiers highest first; `same`: who stays is told, too
 * @returns {HTMLElement}
 */
export function matrix(cells, { order, caption, same = false }) {
  const rows = [...order, null].filter((name) => cells.some((cell) => cell.from === name));
  const columns = [...order, null].filter(
    (name) => order.includes(name) || cells.some((cell) => cell.to === name),
  );
  const most = Math.max(
    1,
    ...cells.filter((cell) => cell.from !== cell.to).map((cell) => cell.count),
  );
  const count = (from, to) =>
    cells
      .filter((cell) => cell.from === from && cell.to === to)
      .reduce((sum, cell) => sum + cell.count, 0);
  const head = h(
    "tr",
    {},
    h("td"),
    columns.map((name) => h("th", { scope: "col" }, tier(name))),
  );
  const body = rows.map((from) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, tier(from)),
      columns.map((to) => cellOf(from, to, count(from, to), most, order, same)),
    ),
  );
  return scrolling(
    caption,
    h(
      "table.matrix",
      {},
      h("caption.visually-hidden", {}, caption),
      h("thead", {}, head),
      h("tbody", {}, body),
    ),
  );
}

function tier(name) {
  return name === null ? h("span.muted", {}, t("flow.new")) : tierBadge(name);
}

function cellOf(from, to, count, most, order, same) {
  if (from === to && !same) return h("td.cell-same", {}, h("span.visually-hidden", {}, "–"));
  const way =
    from === to ? "same" : from === null || order.indexOf(to) < order.indexOf(from) ? "up" : "down";
  const level = way === "same" || count === 0 ? 0 : Math.max(1, Math.ceil((LEVELS * count) / most));
  return h("td", { class: `cell-${way} level-${level}` }, count === 0 ? "·" : number(count));
}
