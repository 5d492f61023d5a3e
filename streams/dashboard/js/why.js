/** Why a tier moved, in one plain sentence made from the change itself. */

import { exact, measured, shortDay } from "./format.js";
import { has, plain, reading, t } from "./i18n.js";
import { tierName } from "./tiers.js";

const MONEY = /^(spend|refunds|margin|average_order|lifetime_spend|last_order_amount)\b/;
const SHARES = /(_rate|_share|^trend)\b/;

/** @param {string} text a reading @returns {string} its unit, as the values are shown */
export function unitOf(text) {
  if (MONEY.test(text)) return "money";
  return SHARES.test(text) ? "ratio" : "count";
}

/**
 * The dimension that speaks most for the move: the strongest up, the most missed down.
 * @param {any} change
 */
function telling(change) {
  const rows = (change.dimensions ?? []).filter((row) => row.points !== null);
  if (!rows.length) return null;
  const up = change.type !== "tier.downgraded";
  const lost = (row) => row.points - 100 * row.weight;
  return rows.reduce((best, row) =>
    (up ? row.points > best.points : lost(row) < lost(best)) ? row : best,
  );
}

/**
 * @param {any} change body of a change
 * @returns {string}
 */
export function why(change) {
  if (change.type === "customer.erased") return t("why.erased");
  if (change.type === "customer.merged") return t("why.merged", { into: change.into ?? "" });
  if (change.score === undefined) return plain(change.type.replace("customer.", ""));
  const override = change.override;
  if (override && change.trigger === "manual") {
    return t(`why.${override.kind}`, {
      tier: tierName(override.tier),
      author: override.author,
      reason: override.reason,
    });
  }
  const told = telling(change);
  const values = {
    tier: tierName(change.to),
    score: exact(change.score),
    day: shortDay(change.effective_on),
    silent: change.dimensions?.find((row) => row.reading === "recency_days")?.value ?? "",
    trigger: plain(change.trigger),
  };
  const first = t(cause(change, values), values);
  if (!told) return first;
  const shown = { name: reading(told.reading), value: measured(told.value, unitOf(told.reading)) };
  return `${first} ${t(change.type === "tier.downgraded" ? "why.weakest" : "why.strongest", shown)}`;
}

function cause(change, values) {
  if (change.trigger === "churn-window" && values.silent === "") return "why.silence";
  return has(`why.${change.trigger}`) ? `why.${change.trigger}` : "why.other";
}
