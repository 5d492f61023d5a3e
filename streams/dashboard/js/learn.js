/** What every page needs to know of the policy in force: its tiers and labels by name. */

import { get } from "./api.js";
import { learnLabels } from "./labels.js";
import { learnTiers } from "./tiers.js";

/** Ask for tiers and labels. @returns {Promise<{tiers: any[], labels: any[], freshness: any}>} */
export async function learnPolicy() {
  const [tiers, labels] = await Promise.all([get("/api/tiers"), get("/api/labels")]);
  learnTiers(tiers.tiers);
  learnLabels(labels.labels);
  return { tiers: tiers.tiers, labels: labels.labels, freshness: tiers.freshness };
}
