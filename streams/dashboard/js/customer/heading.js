/** Who it is, and where they stand, in one look. */

import { h } from "../dom.js";
import { day, exact } from "../format.js";
import { named, plain, reading, t, trigger } from "../i18n.js";
import { labelName, labelValue } from "../labels.js";
import { customerLink } from "../parts/change_row.js";
import { allTiers, tierBadge, tierClass, tierName } from "../tiers.js";

/** @param {any} profile @param {any} told the explanation @returns {HTMLElement} */
export function heading(profile, told) {
  return h(
    "section.who",
    { class: tierClass(told.tier), "aria-labelledby": "who" },
    h(
      "div.who-main",
      {},
      h("p.who-kind", {}, t("customer")),
      h("h1", { id: "who" }, told.customer_id),
      h(
        "div.who-tier",
        {},
        told.tier ? tierBadge(told.tier, "who-badge") : h("span.muted", {}, t("customer.ungraded")),
      ),
    ),
    h(
      "div.who-score",
      {},
      h("span.muted", {}, told.ranked_by === "score" ? t("score") : reading(told.ranked_by)),
      h("span.who-number", {}, exact(told.value)),
      ladder(told),
    ),
    h("div.who-notes", {}, notes(profile, told)),
    h(
      "ul.chips",
      {},
      told.labels
        .filter((row) => row.value !== null)
        .map((row) =>
          h("li.chip", {}, `${labelName(row.name)}: ${labelValue(row.name, row.value)}`),
        ),
      attributes(profile),
    ),
  );
}

function ladder(told) {
  const here = allTiers().findIndex((tier) => tier.name === told.tier);
  return h(
    "ol.ladder",
    { "aria-hidden": "true" },
    allTiers().map((tier, at) =>
      h("li", { class: `${tierClass(tier.name)} ${at <= here ? "reached" : ""}` }),
    ),
  );
}

function attributes(profile) {
  return Object.entries(profile.attributes ?? {}).map(([name, value]) =>
    h("li.chip.chip-plain", {}, `${plain(name)}: ${value}`),
  );
}

function notes(profile, told) {
  const said = [];
  if (told.alias)
    said.push(["plain", [`${t("alias.words")} `, customerLink(told.alias, false)]]);
  if (told.review) said.push(["warn", reviewWords(told)]);
  if (told.override) said.push(["warn", overrideWords(told)]);
  if (told.pending) said.push(["warn", pendingWords(told)]);
  return said.map(([kind, words]) => h("p.note", { class: `note-${kind}` }, words));
}

function reviewWords({ review }) {
  const { status, to, rule, opened_on, deadline, refused_on, author, reason } = review;
  const words = { tier: tierName(to), rule: plain(rule), opened: day(opened_on) };
  if (status === "open") return t("case.open", { ...words, deadline: day(deadline) });
  const refused = { ...words, day: day(refused_on) };
  return author ? t("case.refused", { ...refused, author, reason }) : t("case.silence", refused);
}

function overrideWords(told) {
  const { kind, tier, author, reason, until } = told.override;
  const words = t(`override.${kind}.words`, { tier: tierName(tier), author, reason });
  const end = until ? t("override.until", { day: day(until) }) : t("override.no-end");
  return `${words} ${end} ${t("override.shadow", { tier: tierName(told.computed_tier) })}`;
}

function pendingWords({ pending }) {
  if (!pending.on) return t("pending.unknown");
  return t("pending.words", {
    tier: tierName(pending.to),
    day: day(pending.on),
    trigger: trigger(pending.trigger),
  });
}

/** @param {any} profile @returns {any} what the tier brings */
export function benefits(profile) {
  const rows = profile.benefits ?? [];
  if (!rows.length) return h("p.muted", {}, t("benefits.none"));
  return h(
    "ul.benefits",
    {},
    rows.map((row) =>
      h(
        "li",
        {},
        named(row.label, row.name),
        row.value !== undefined && row.value !== null && h("span.muted", {}, ` ${row.value}`),
      ),
    ),
  );
}
