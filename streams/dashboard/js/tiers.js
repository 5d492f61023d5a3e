/** Tiers as the policy in force has them: order, display names, colours by place from the top. */

import { h } from "./dom.js";
import { named } from "./i18n.js";

const COLOURS = 5;

/** @type {{name: string, rank: number, label: any, enter?: number}[]} lowest first */
let known = [];

/** @param {typeof known} tiers lowest first */
export function learnTiers(tiers) {
  known = tiers;
}

/** @returns {typeof known} lowest first */
export function allTiers() {
  return known;
}

/** @param {string|null} name @returns {string} its display name */
export function tierName(name) {
  return named(known.find((tier) => tier.name === name)?.label, name);
}

/**
 * The class that colours a tier: `tier-1` is the highest. Tiers of an old policy are grey.
 * @param {string|null} name
 */
export function tierClass(name) {
  const at = known.findIndex((tier) => tier.name === name);
  if (at < 0) return "tier-none";
  return `tier-${Math.min(known.length - at, COLOURS)}`;
}

/** @param {string|null} name @returns {HTMLElement} name with a dot of its colour */
export function tierBadge(name, extra = "") {
  return h(
    "span.tier",
    { class: `${tierClass(name)} ${extra}` },
    h("i.tier-dot", { "aria-hidden": "true" }),
    tierName(name),
  );
}

/** @param {string} from @param {string} to @returns {-1|0|1} which way a move goes */
export function direction(from, to) {
  const rank = (name) => known.findIndex((tier) => tier.name === name);
  return /** @type {-1|0|1} */ (Math.sign(rank(to) - rank(from)));
}

/**
 * @param {{from: string|null, to: string|null}} move
 * @returns {"first"|"up"|"down"|"gone"}
 */
export function kindOfMove({ from, to }) {
  if (to === null || to === undefined) return "gone";
  if (from === null) return "first";
  return direction(from, to) >= 0 ? "up" : "down";
}
