/** What a policy would do to the customers there are: who moves at once, who at the next review. */

import { matrix } from "../charts/matrix.js";
import { h } from "../dom.js";
import { day, number, percent, signed } from "../format.js";
import { named, plain, t } from "../i18n.js";
import { labelName, labelValue } from "../labels.js";
import { table } from "../parts/table.js";
import { allTiers, tierBadge } from "../tiers.js";

/** @param {any} found as `regrade policy simulate --json` tells it @returns {any} */
export function simulationView(found) {
  const order = found.tiers.map((row) => row.tier);
  const cells = found.matrix.map((row) => ({
    from: row.tier,
    to: row.tier_after_review,
    count: row.customers,
  }));
  return [
    guardNote(found),
    h(
      "p.muted",
      {},
      t("simulate.words", {
        customers: number(found.customers),
        days: found.as_of.map(day).join(" – "),
      }),
    ),
    h(
      "div.simulation",
      {},
      tierTable(found),
      h(
        "div",
        {},
        h("h3", {}, t("simulate.matrix")),
        matrix(cells, { order, caption: t("simulate.matrix"), same: true }),
      ),
    ),
    h("div.simulation", {}, labelsOf(found), benefitsOf(found)),
  ];
}

function guardNote({ guard, demoted, demoted_share, demoted_anyway, pending, cases }) {
  const words = [
    t("simulate.demoted", {
      n: number(demoted),
      share: percent(demoted_share),
      anyway: number(demoted_anyway),
    }),
  ];
  if (pending) words.push(t("simulate.pending", { n: number(pending) }));
  const asked = cases.at_once + cases.at_review;
  if (asked) words.push(t("simulate.cases", { n: number(asked) }));
  if (guard)
    words.push(
      t(guard.holds ? "simulate.guard.holds" : "simulate.guard.passes", {
        allowed: percent(guard.allowed),
      }),
    );
  return h("p.note", { class: guard?.holds ? "note-warn" : "note-plain" }, words.join(" "));
}

function tierTable({ tiers }) {
  const known = new Set(allTiers().map((tier) => tier.name));
  const shown = table({
    caption: t("simulate.tiers"),
    head: ["tier", "now", "at-once", "after-review", "change"].map((one) => t(`simulate.${one}`)),
    rows: tiers.map((row) => [
      known.has(row.tier) ? tierBadge(row.tier) : plain(row.tier),
      ...[row.now, row.at_once, row.after_review].map((n) => number(n)),
      signed(row.after_review - row.now),
    ]),
  });
  return h("div", {}, h("h3", {}, t("simulate.tiers")), shown);
}

function labelsOf({ labels }) {
  const moved = Object.entries(labels)
    .map(([name, rows]) => [name, rows.filter((row) => row.now !== row.then)])
    .filter(([, rows]) => rows.length);
  if (!moved.length) return null;
  const lines = moved.flatMap(([name, rows]) =>
    rows.map((row) =>
      h(
        "li",
        {},
        `${labelName(name)}: ${labelValue(name, row.value)}`,
        h("span.muted", {}, ` ${number(row.now)} → ${number(row.then)}`),
      ),
    ),
  );
  return h("div", {}, h("h3", {}, t("labels.title")), h("ul.plain-list", {}, lines));
}

function benefitsOf({ benefits }) {
  const moved = Object.entries(benefits).filter(([, row]) => Object.values(row).some((n) => n));
  if (!moved.length) return null;
  const lines = moved.map(([name, row]) =>
    h(
      "li",
      {},
      named(null, name),
      h(
        "span.muted",
        {},
        ` ${Object.entries(row)
          .filter(([, n]) => n)
          .map(([kind, n]) => t(`simulate.benefit.${kind}`, { n: number(n) }))
          .join(" · ")}`,
      ),
    ),
  );
  return h("div", {}, h("h3", {}, t("benefits.title")), h("ul.plain-list", {}, lines));
}
