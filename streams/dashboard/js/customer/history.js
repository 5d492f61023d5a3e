/** Every change of one customer, newest first: tiers with their why, labels beside them. */

import { h } from "../dom.js";
import { day } from "../format.js";
import { t } from "../i18n.js";
import { labelName, labelValue } from "../labels.js";
import { changeRow } from "../parts/change_row.js";
import { emptyState } from "../parts/states.js";

/** @param {any[]} changes @returns {any} */
export function changeHistory(changes) {
  if (!changes.length) return emptyState(t("changes.none"));
  return h(
    "ol.feed.feed-short",
    { tabindex: "0", "aria-label": t("changes.title") },
    changes.map((change) =>
      change.type === "label.changed" ? labelRow(change) : changeRow(change, { ofOne: true }),
    ),
  );
}

function labelRow(change) {
  const words = `${labelName(change.label)}: ${labelValue(change.label, change.from)} → ${labelValue(change.label, change.to)}`;
  return h(
    "li.change.way-label",
    { "data-id": change.id },
    h("span.change-arrow", { "aria-hidden": "true" }, "#"),
    h("div.change-main", {}, words),
    h("div.change-end", {}, h("time", { datetime: change.effective_on }, day(change.effective_on))),
  );
}
