/** One change in a list: when, who, from where to where, and why. */

import { h } from "../dom.js";
import { day, exact, maskedId, shortDay } from "../format.js";
import { t } from "../i18n.js";
import { idsMasked } from "../preferences.js";
import { linkTo } from "../router.js";
import { kindOfMove, tierBadge } from "../tiers.js";
import { why } from "../why.js";

const GONE = { "customer.erased": "change.erased", "customer.merged": "change.merged" };
const MARKS = { first: "✦", up: "▲", down: "▼", gone: "×" };

/**
 * @param {any} change body of a tier change
 * @param {{arrived?: boolean, ofOne?: boolean}} [options] `ofOne`: all rows are of one customer
 * @returns {HTMLElement}
 */
export function changeRow(change, { arrived = false, ofOne = false } = {}) {
  const kind = kindOfMove(change);
  const written = ofOne ? day : shortDay;
  return h(
    "li.change",
    { class: `way-${kind} ${arrived ? "arrived" : ""}`, "data-id": change.id },
    h("span.change-arrow", { "aria-hidden": "true" }, MARKS[kind]),
    h(
      "div.change-main",
      {},
      h(
        "div.change-move",
        {},
        moveOf(change),
        change.score !== null &&
          change.score !== undefined &&
          h("span.change-score", {}, exact(change.score)),
      ),
      h("p.change-why", {}, why(change)),
    ),
    h(
      "div.change-end",
      {},
      !ofOne && customerLink(change.customer_id),
      h("time", { datetime: change.effective_on }, written(change.effective_on)),
    ),
  );
}

/**
 * @param {string} id
 * @param {boolean} [masked] as chosen for the wall; false: where somebody decides about a customer
 * @returns {HTMLElement} the id and the way to it
 */
export function customerLink(id, masked = idsMasked()) {
  const href = linkTo("customers", id);
  return h("a.change-id", { href }, masked ? maskedId(id) : id);
}

/** @param {any} change @returns {any} from and to as badges */
export function moveOf(change) {
  if (change.to === null || change.to === undefined)
    return [tierBadge(change.from), " ", t(GONE[change.type] ?? "change.ended")];
  if (change.from === null)
    return [h("span.muted", {}, t("change.first")), " ", tierBadge(change.to)];
  return [
    tierBadge(change.from),
    h(
      "span.change-to",
      {},
      h("span", { "aria-hidden": "true" }, "→"),
      h("span.visually-hidden", {}, t("change.to")),
    ),
    tierBadge(change.to),
  ];
}
