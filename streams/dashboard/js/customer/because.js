/** Labels with the rule behind each, and what every trigger would do now. */

import { h } from "../dom.js";
import { day, measured } from "../format.js";
import { reading, t, trigger } from "../i18n.js";
import { labelName, labelValue } from "../labels.js";
import { table } from "../parts/table.js";
import { unitOf } from "../why.js";

/** @param {any} told the explanation @returns {any} */
export function labelReasons(told) {
  return h(
    "ul.because",
    {},
    told.labels.map((row) =>
      h(
        "li",
        {},
        h("span.chip", {}, `${labelName(row.name)}: ${labelValue(row.name, row.value)}`),
        h(
          "p.muted",
          {},
          row.when ? h("code", {}, row.when) : t("label.last-resort"),
          " · ",
          readings(row.readings),
        ),
      ),
    ),
  );
}

function readings(found) {
  return Object.entries(found)
    .map(([name, value]) => `${reading(name)}: ${measured(value, unitOf(name))}`)
    .join("; ");
}

/** @param {any} told the explanation @returns {any} */
export function triggerTable(told) {
  return table({
    caption: t("triggers.title"),
    class: "words",
    head: ["trigger", "permits", "now", "next"].map((name) => t(`triggers.${name}`)),
    rows: told.triggers.map((row) => [
      trigger(row.name),
      permits(row),
      t(`verdict.${row.verdict.replaceAll(" ", "-")}`),
      row.next_on ? day(row.next_on) : "–",
    ]),
  });
}

function permits(row) {
  const ways = [
    row.promote && t("permits.up"),
    row.demote &&
      (row.steps === null ? t("permits.down-all") : t("permits.down", { n: row.steps })),
  ].filter(Boolean);
  return ways.join(t("list.and")) || "–";
}
