/** The decay calendar: the days to come on which time alone changes something. */

import { h } from "../dom.js";
import { day, daysBetween, exact, measured, number, shortDay } from "../format.js";
import { reading, t, trigger } from "../i18n.js";
import { labelName, labelValue } from "../labels.js";
import { emptyState } from "../parts/states.js";
import { direction, tierBadge } from "../tiers.js";
import { unitOf } from "../why.js";

/** @param {any} told the explanation @returns {any} */
export function decay(told) {
  if (!told.outlook.length) return emptyState(t("decay.none"), t("decay.none.advice"));
  return h(
    "ol.decay",
    { tabindex: "0", "aria-label": t("decay.title") },
    told.outlook.map((row, at) => one(row, told, at === 0 ? told : told.outlook[at - 1])),
  );
}

function one(row, told, before) {
  const moved = row.moves.find((move) => move.what === "tier");
  const way = moved ? (direction(moved.from, moved.to) > 0 ? "up" : "down") : "same";
  return h(
    "li.decay-day",
    { class: `decay-${way}` },
    h(
      "div.decay-when",
      {},
      h("time", { datetime: row.on, title: day(row.on) }, shortDay(row.on)),
      h("span.muted", {}, t("decay.in", { n: number(daysBetween(told.as_of, row.on)) })),
    ),
    h("div.decay-what", {}, row.moves.map(move), row.readings.map(read)),
    h(
      "div.decay-score",
      {},
      exact(row.score),
      before.score !== null &&
        row.score !== null &&
        h("span.muted", {}, exactChange(row.score - before.score)),
    ),
  );
}

function exactChange(by) {
  return Math.abs(by) < 0.005 ? "±0" : `${by > 0 ? "+" : "−"}${exact(Math.abs(by))}`;
}

function move(row) {
  if (row.what === "tier")
    return h(
      "p.decay-move",
      {},
      tierBadge(row.from),
      " → ",
      tierBadge(row.to),
      row.trigger && h("span.muted", {}, ` ${trigger(row.trigger)}`),
    );
  return h(
    "p",
    {},
    `${labelName(row.what)}: ${labelValue(row.what, row.from)} → ${labelValue(row.what, row.to)}`,
  );
}

function read(row) {
  const unit = unitOf(row.reading);
  return h(
    "p.muted",
    {},
    `${reading(row.reading)}: ${measured(row.from, unit)} → ${measured(row.to, unit)}`,
  );
}
