/** What differs from the policy in force, in words. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { emptyState } from "../parts/states.js";

/** @param {{text: string, change: string}[]} differences @returns {HTMLElement} */
export function differenceList(differences) {
  if (!differences.length) return emptyState(t("policy.same"));
  return h(
    "ul.differences",
    {},
    differences.map((one) => h("li", { class: `difference-${one.change}` }, one.text)),
  );
}
