/** Every version of the policy: which is in force, which is planned, which can come back. */

import { h } from "../dom.js";
import { instant } from "../format.js";
import { t } from "../i18n.js";
import { emptyState } from "../parts/states.js";

/**
 * @param {any[]} versions
 * @param {{shown: any, open: (version: any) => void, bringBack: ((version: any) => void)|null}} acts
 * @returns {any}
 */
export function versionList(versions, acts) {
  if (!versions.length) return emptyState(t("versions.none"));
  return h(
    "ol.versions",
    {},
    [...versions]
      .sort((a, b) => b.version - a.version)
      .map((one) => versionOf(one, acts)),
  );
}

function versionOf(one, { shown, open, bringBack }) {
  const state = stateOf(one);
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
        state && h("span.chip", { class: `chip-${state}` }, t(`versions.${state}`)),
      ),
      h("p.muted", {}, facts(one)),
      one.reason && h("p.muted", {}, t("versions.reason", { reason: one.reason })),
    ),
    h(
      "div.row",
      {},
      h(
        "button.button.small",
        { type: "button", "aria-pressed": String(one.version === shown), onclick: () => open(one) },
        t("versions.open"),
      ),
      bringBack &&
        !["in-force", "planned"].includes(state) &&
        h(
          "button.button.small",
          {
            type: "button",
            "aria-label": t("versions.back.label", { n: one.version }),
            onclick: () => bringBack(one),
          },
          t("versions.back"),
        ),
    ),
  );
}

/** @returns {"in-force"|"planned"|"off"|null} */
function stateOf(one) {
  if (one.in_force) return "in-force";
  if (one.withdrawn) return "off";
  return Date.parse(one.effective_from ?? 0) > Date.now() ? "planned" : null;
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
