/** Labels: how the customers spread over the values of each. */

import { stackedBar } from "../charts/bar.js";
import { h } from "../dom.js";
import { number, percent } from "../format.js";
import { named, t } from "../i18n.js";
import { emptyState } from "./states.js";

const HUES = 8;

/**
 * @param {any[]} labels as /api/labels tells them
 * @returns {any}
 */
export function labelShares(labels) {
  if (!labels.length) return emptyState(t("labels.empty"));
  return h("div.labels", {}, labels.map(one));
}

function one(label) {
  const values = label.values.filter((row) => row.value !== null || row.count > 0);
  const hue = (at) => `hue-${(at % HUES) + 1}`;
  return h(
    "section.label",
    {},
    h("h3", {}, named(label.label, label.name)),
    stackedBar(values.map((row, at) => ({ share: row.share ?? 0, class: hue(at) }))),
    h(
      "ul.legend",
      {},
      values.map((row, at) =>
        h(
          "li",
          { class: hue(at) },
          h("i.legend-mark", { "aria-hidden": "true" }),
          h("span.legend-name", {}, named(row.label, row.value)),
          h("span.legend-count", {}, number(row.count)),
          h("span.muted", {}, percent(row.share)),
        ),
      ),
    ),
  );
}
