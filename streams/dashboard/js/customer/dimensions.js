/** What the score is made of, and what each part lacks to the next tier. */

import { bar } from "../charts/bar.js";
import { h } from "../dom.js";
import { day, exact, measured, number } from "../format.js";
import { plain, reading, t } from "../i18n.js";
import { emptyState } from "../parts/states.js";
import { tierBadge } from "../tiers.js";

/** @param {any} told the explanation @returns {any} */
export function dimensions(told) {
  if (!told.dimensions.length)
    return emptyState(t("dimensions.none", { reading: reading(told.ranked_by) }));
  return h("ul.dimensions", {}, told.dimensions.map(one));
}

function one(row) {
  const out = row.points === null;
  return h(
    "li.dimension",
    {},
    h(
      "div.dimension-head",
      {},
      h("span.dimension-name", {}, plain(row.name)),
      h(
        "span.dimension-points",
        {},
        out
          ? t("dimensions.out")
          : t("dimensions.points", { points: exact(row.points), full: number(row.full_marks, 2) }),
      ),
    ),
    bar(out || !row.full_marks ? 0 : row.points / row.full_marks),
    h(
      "div.dimension-reading.muted",
      {},
      `${reading(row.reading)}: ${measured(row.value, row.unit)}`,
    ),
  );
}

/** @param {any} told the explanation @returns {any} */
export function missing(told) {
  const next = told.next_tier;
  if (!next) return h("p.good", {}, told.tier ? t("missing.top") : t("missing.ungraded"));
  const head =
    next.missing !== null && next.missing <= 0
      ? t("missing.reached")
      : t("missing.of", { n: exact(next.missing), at: number(next.at, 2) });
  const ways = next.ways.filter((way) => way.relation !== null);
  const hopeless = next.ways.filter((way) => way.relation === null);
  return [
    h("p.missing-head", {}, tierBadge(next.tier), " ", head),
    h(
      "ul.ways",
      {},
      next.one_order &&
        h(
          "li",
          {},
          h("strong", {}, t("way.order")),
          " ",
          orderWords(next.one_order),
          until(next.one_order.by),
        ),
      ways.map((way) =>
        h(
          "li",
          {},
          h("strong", {}, reading(way.reading)),
          " ",
          t(`way.${way.relation}`, { amount: measured(way.amount, way.unit) }),
          until(way.by),
        ),
      ),
    ),
    hopeless.length > 0 &&
      h(
        "p.muted",
        {},
        t("way.not-alone", {
          readings: hopeless.map((way) => reading(way.reading)).join(t("list.and")),
        }),
      ),
  ];
}

function orderWords({ amount }) {
  return amount > 0 ? t("way.order.of", { amount: exact(amount) }) : t("way.order.any");
}

function until(by) {
  return h("span.muted", {}, " ", by ? t("way.by", { day: day(by) }) : t("way.any-day"));
}

/** @param {any} told the explanation @returns {any} how safe the tier is */
export function standing(told) {
  const rows = [
    told.keep && [
      t("standing.keep"),
      t("standing.margin", { at: number(told.keep.at, 2), margin: exact(told.keep.margin) }),
    ],
    told.tier_since && [t("standing.since"), day(told.tier_since)],
    told.held && [t("standing.hold"), day(told.hold_until)],
    told.due_on && [t("standing.due"), day(told.due_on)],
    [t("standing.version"), number(told.version)],
  ].filter(Boolean);
  return h(
    "dl.facts",
    {},
    rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
}
