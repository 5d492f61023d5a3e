/** Every version of the policy: which is in force, how far its sweep has come. */

import { bar } from "../charts/bar.js";
import { h } from "../dom.js";
import { instant, number, percent } from "../format.js";
import { t } from "../i18n.js";
import { emptyState } from "../parts/states.js";

/**
 * @param {any[]} versions
 * @param {{shown: any, open: (version: any) => void}} acts
 * @returns {any}
 */
export function versionList(versions, { shown, open }) {
  if (!versions.length) return emptyState(t("versions.none"));
  return h(
    "ol.versions",
    {},
    [...versions]
      .sort((a, b) => b.version - a.version)
      .map((one) => versionOf(one, { shown, open })),
  );
}

function versionOf(one, { shown, open }) {
  return h(
    "li.version",
    { class: one.in_force ? "in-force" : "" },
    h(
      "div",
      {},
      h(
        "p.version-name",
        {},
        t("versions.version", { n: one.version }),
        one.in_force && h("span.chip.chip-good", {}, t("versions.in-force")),
      ),
      h("p.muted", {}, facts(one)),
    ),
    sweepOf(one.sweep),
    h(
      "div.row",
      {},
      h(
        "button.button.small",
        { type: "button", "aria-pressed": String(one.version === shown), onclick: () => open(one) },
        t("versions.open"),
      ),
    ),
  );
}

function facts(one) {
  const since = one.effective_from
    ? t("versions.from", { day: instant(one.effective_from) })
    : null;
  const by = one.by ? t("versions.by", { name: one.by }) : null;
  return [since, by, one.fingerprint && String(one.fingerprint).slice(0, 10)]
    .filter(Boolean)
    .join(" · ");
}

function sweepOf(sweep) {
  if (!sweep || !sweep.total || sweep.done >= sweep.total) return null;
  return h(
    "div.sweep-line",
    {},
    h(
      "span.muted",
      {},
      t("sweep.running", {
        done: number(sweep.done),
        total: number(sweep.total),
        share: percent(sweep.done / sweep.total),
      }),
    ),
    bar(sweep.done / sweep.total),
  );
}
