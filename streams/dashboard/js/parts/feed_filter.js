/** Which changes the feed shows: all, or those of one tier. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { allTiers, tierName } from "../tiers.js";

/**
 * @param {() => void} changed
 * @returns {{element: HTMLElement, query: () => Record<string, any>, takes: (change: any) => boolean}}
 */
export function feedFilter(changed) {
  const options = [...allTiers()]
    .reverse()
    .map((tier) => h("option", { value: tier.name }, t("feed.to", { tier: tierName(tier.name) })));
  const select = h(
    "select.select.small",
    { "aria-label": t("feed.filter"), onchange: changed },
    h("option", { value: "" }, t("feed.all")),
    options,
  );
  return {
    element: select,
    query: () => ({ tier: select.value || null }),
    takes: (change) =>
      change.type !== "label.changed" && ["", change.from, change.to].includes(select.value),
  };
}
