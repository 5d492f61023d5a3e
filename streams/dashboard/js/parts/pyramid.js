/** The pyramid: every tier with its customers, share, change against yesterday and last month. */

import { slice, sliceWidths } from "../charts/slice.js";
import { sparkline } from "../charts/sparkline.js";
import { h } from "../dom.js";
import { number, percent, signed } from "../format.js";
import { named, t } from "../i18n.js";
import { tierClass } from "../tiers.js";
import { emptyState } from "./states.js";

/**
 * @param {any[]} tiers as /api/tiers tells them, lowest first
 * @returns {HTMLElement}
 */
export function pyramid(tiers) {
  if (!tiers.some((tier) => tier.count > 0))
    return emptyState(t("pyramid.empty"), t("pyramid.empty.advice"));
  const downwards = [...tiers].reverse();
  const widths = sliceWidths(downwards.map((tier) => tier.share ?? 0));
  return h(
    "ol.pyramid",
    {},
    downwards.map((tier, at) => step(tier, widths[at])),
  );
}

function step(tier, widths) {
  const history = (tier.history ?? []).map((row) => row.count);
  return h(
    "li.step",
    { class: tierClass(tier.name), "data-tier": tier.name },
    h(
      "div.step-name",
      {},
      h("span.step-title", {}, named(tier.label, tier.name)),
      tier.enter > 0 && h("span.muted", {}, t("pyramid.from", { n: number(tier.enter, 2) })),
    ),
    h("div.step-slice", {}, slice(widths)),
    h(
      "div.step-count",
      {},
      h("span.big", {}, number(tier.count)),
      h("span.visually-hidden", {}, ` ${t("customers")}, `),
      h("span.step-share", {}, percent(tier.share)),
    ),
    h("div.step-delta", {}, delta(tier)),
    h("div.step-spark", {}, sparkline(history)),
  );
}

function delta(tier) {
  if (tier.yesterday === null || tier.yesterday === undefined) return h("span.muted", {}, "–");
  const by = tier.count - tier.yesterday;
  const way = by > 0 ? "up" : by < 0 ? "down" : "same";
  const arrow = { up: "▲", down: "▼", same: "＝" }[way];
  return h(
    "span.delta",
    { class: `delta-${way}` },
    h("span", { "aria-hidden": "true" }, arrow),
    " ",
    signed(by),
    h("span.visually-hidden", {}, ` ${t("since-yesterday")}`),
  );
}
