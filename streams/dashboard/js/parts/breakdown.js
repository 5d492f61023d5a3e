/** Customers by tier along an axis: a label, an attribute such as the region, a category. */

import { get } from "../api.js";
import { h } from "../dom.js";
import { number, percent } from "../format.js";
import { named, plain, t } from "../i18n.js";
import { labelName, labelValue } from "../labels.js";
import { allTiers, tierBadge } from "../tiers.js";
import { fetched, panel } from "./panel.js";
import { emptyState } from "./states.js";
import { table } from "./table.js";

/** @returns {HTMLElement} */
export function breakdown() {
  const place = h("div");
  const select = h("select.select", { "aria-label": t("breakdown.by"), onchange: () => again() });
  const again = fetched(
    place,
    () => get("/api/breakdown", { by: select.value }),
    (answer) => {
      offer(select, answer);
      return answer.rows.length ? rowsOf(answer) : emptyState(t("breakdown.empty"));
    },
  );
  again();
  return panel(t("breakdown.title"), { controls: select }, place);
}

function offer(select, { by, axes }) {
  const options = axes.includes(by) ? axes : [by, ...axes];
  select.replaceChildren(...options.map((axis) => h("option", { value: axis }, axisName(axis))));
  select.value = by;
}

function axisName(axis) {
  const [kind, name] = split(axis);
  if (kind === "label") return labelName(name);
  return kind === "attribute" ? plain(name) : t("breakdown.category");
}

function rowsOf({ by, rows }) {
  const [kind, name] = split(by);
  const tiers = [...allTiers()].reverse();
  const value = (row) => (kind === "label" ? labelValue(name, row.value) : named(null, row.value));
  return table({
    caption: t("breakdown.title"),
    head: [axisName(by), t("nav.customers"), ...tiers.map((tier) => tierBadge(tier.name))],
    rows: rows.map((row) => [
      value(row),
      number(row.customers),
      ...tiers.map((tier) => share(row.tiers[tier.name] ?? 0, row.customers)),
    ]),
  });
}

function share(count, of) {
  return count ? [number(count), h("span.muted", {}, ` ${percent(count / of)}`)] : "·";
}

function split(axis) {
  const at = axis.indexOf(":");
  return at < 0 ? [axis, ""] : [axis.slice(0, at), axis.slice(at + 1)];
}
