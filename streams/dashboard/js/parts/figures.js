/** The row of figures at the head of the board. */

import { fill, h } from "../dom.js";
import { number, signed } from "../format.js";
import { t } from "../i18n.js";
import { kindOfMove } from "../tiers.js";

/**
 * @param {HTMLElement} place
 * @param {any} status as /api/status tells it
 * @param {any[]} moves of the day
 */
export function drawFigures(place, status, moves) {
  const sums = { first: 0, up: 0, down: 0, gone: 0 };
  for (const move of moves) sums[kindOfMove(move)] += move.count;
  fill(
    place,
    figure(t("figure.customers"), number(status?.customers)),
    figure(t("figure.up"), number(sums.up), "up", "▲"),
    figure(t("figure.down"), number(sums.down), "down", "▼"),
    figure(t("figure.first"), number(sums.first), "first", "✦"),
    figure(t("figure.net"), signed(sums.up - sums.down)),
    figure(t("figure.pace"), number(status?.events_per_second)),
  );
}

function figure(name, value, kind = "plain", mark = "") {
  return h(
    "div.figure",
    { class: `figure-${kind}` },
    h("dt", {}, name),
    h("dd", {}, mark && h("span.figure-mark", { "aria-hidden": "true" }, mark), value),
  );
}
