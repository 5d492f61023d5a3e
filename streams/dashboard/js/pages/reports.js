/** Reports to download, and the moves of the last year by month. */

import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { month, movedDay, number } from "../format.js";
import { t, trigger } from "../i18n.js";
import { breakdown } from "../parts/breakdown.js";
import { fetched, panel } from "../parts/panel.js";
import { emptyState } from "../parts/states.js";
import { table } from "../parts/table.js";
import { kindOfMove } from "../tiers.js";

const FILES = ["customers", "changes"];
const FORMATS = ["csv", "jsonl"];
const KINDS = ["first", "up", "down"];

/** @param {HTMLElement} main @returns {() => void} */
export function reports(main) {
  const months = h("div");
  fill(
    main,
    h("h1", {}, t("nav.reports")),
    h("div.downloads", {}, FILES.map(download)),
    breakdown(),
    panel(t("reports.months"), { class: "panel-months" }, months),
  );
  fetched(months, askMoves, byMonth)();
  return () => {};
}

function download(name) {
  const links = FORMATS.map((format) =>
    h(
      "a.button",
      { href: `/api/export/${name}.${format}`, download: `${name}.${format}` },
      h("span", { "aria-hidden": "true" }, "↓"),
      t(`reports.${format}`),
      h("span.visually-hidden", {}, ` ${t(`reports.${name}`)}`),
    ),
  );
  return panel(
    t(`reports.${name}`),
    {},
    h("p.muted", {}, t(`reports.${name}.words`)),
    h("div.row.download-row", {}, links),
  );
}

async function askMoves() {
  const { freshness } = await get("/api/tiers");
  if (!freshness.as_of) return { moves: [] };
  return get("/api/moves", { from: movedDay(freshness.as_of, -365), to: freshness.as_of });
}

function byMonth({ moves }) {
  if (!moves.length) return emptyState(t("flow.empty"));
  const months = [...new Set(moves.map((move) => move.day.slice(0, 7)))].sort();
  const triggers = [...new Set(moves.map((move) => move.trigger))];
  const rows = months.map((one) => {
    const inside = moves.filter((move) => move.day.startsWith(one));
    const sum = (keep) => inside.filter(keep).reduce((all, move) => all + move.count, 0);
    const counts = [
      ...KINDS.map((kind) => sum((move) => kindOfMove(move) === kind)),
      ...triggers.map((name) => sum((move) => move.trigger === name)),
    ];
    return [month(`${one}-01`), ...counts.map((n) => (n ? number(n) : "·"))];
  });
  const kinds = KINDS.map((kind) => t(`figure.${kind}.short`));
  return table({
    caption: t("reports.months"),
    groups: [
      ["", 1],
      [t("reports.way"), KINDS.length],
      [t("flow.reasons"), triggers.length],
    ],
    head: [t("reports.month"), ...kinds, ...triggers.map(trigger)],
    rows,
  });
}
