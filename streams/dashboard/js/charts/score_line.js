/** One customer over time: score over tier bands, the tier held, spend by day, and what time will do. */

import { s } from "../dom.js";
import { month } from "../format.js";
import { t } from "../i18n.js";
import { tierClass, tierName } from "../tiers.js";
import { monthTicks, scoreScale, tierRuns } from "./score_scale.js";

const HEIGHT = 340;

/**
 * @typedef {{days: any[], rows: any[], outlook: any[], bands: {name: string, enter: number}[], today: string}} History
 * @param {History} history `bands` lowest first; empty when tiers are not ranked by the score
 * @param {number} width
 * @returns {{picture: SVGElement, scale: import("./score_scale.js").Scale}}
 */
export function scoreLine(history, width) {
  const { days, rows, outlook, bands, today } = history;
  const from = days[0]?.day ?? rows[0]?.day ?? today;
  const to = outlook.at(-1)?.on ?? today;
  const most = Math.max(0, ...rows.map((row) => row.spend));
  const scale = scoreScale({ from, to, width, height: HEIGHT, most });
  const picture = s(
    "svg.history",
    {
      width,
      height: HEIGHT,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: "img",
      "aria-label": t("history.picture"),
    },
    bandsOf(bands, scale, width),
    axes(scale),
    spendBars(rows, scale),
    tierRuns(days).map((run) => held(run, scale)),
    lines(days, outlook, scale, today),
    todayMark(scale, today),
  );
  return { picture, scale };
}

function bandsOf(bands, scale, width) {
  return bands.map((band, at) => {
    const top = scale.y(bands[at + 1]?.enter ?? 100);
    const height = scale.y(band.enter) - top;
    const name =
      width < 560 || height < 12
        ? null
        : s("text", { x: scale.right + 8, y: top + height / 2 + 4 }, tierName(band.name));
    return s(
      "g.history-band",
      { class: tierClass(band.name) },
      s("rect", { x: scale.left, y: top, width: scale.right - scale.left, height }),
      name,
    );
  });
}

function axes(scale) {
  const scores = [0, 50, 100].map((score) =>
    s("text.axis", { x: scale.left - 6, y: scale.y(score) + 4, "text-anchor": "end" }, score),
  );
  const months = monthTicks(scale).map((iso) =>
    s(
      "g.axis",
      {},
      s("line.axis-tick", { x1: scale.x(iso), x2: scale.x(iso), y1: scale.top, y2: scale.base }),
      s("text.axis", { x: scale.x(iso) + 3, y: scale.base + 18 }, month(iso)),
    ),
  );
  return [
    ...months,
    ...scores,
    s("line.axis-line", { x1: scale.left, x2: scale.right, y1: scale.base, y2: scale.base }),
  ];
}

function spendBars(rows, scale) {
  const wide = Math.max(1.5, Math.min(6, (scale.right - scale.left) / 300));
  return s(
    "g.history-spend",
    {},
    rows
      .filter((row) => row.spend > 0)
      .map((row) =>
        s("rect", {
          x: scale.x(row.day) - wide / 2,
          y: scale.yMoney(row.spend),
          width: wide,
          height: scale.base - scale.yMoney(row.spend),
          rx: 1,
        }),
      ),
  );
}

function held(run, scale) {
  const x = scale.x(run.from);
  return s("rect.history-held", {
    class: tierClass(run.tier),
    x,
    y: scale.bottom + 4,
    width: Math.max(2, scale.x(run.to) - x),
    height: 5,
    rx: 2.5,
  });
}

function lines(days, outlook, scale, today) {
  const scored = days.filter((row) => row.score !== null);
  const ahead = outlook.filter((row) => row.score !== null);
  const last = scored.at(-1);
  const future = last ? [{ on: today, score: last.score }, ...ahead] : ahead;
  return [
    s("path.history-line", {
      d: through(scored.map((row) => [scale.x(row.day), scale.y(row.score)])),
    }),
    ahead.length > 0 &&
      s("path.history-ahead", {
        d: through(future.map((row) => [scale.x(row.on), scale.y(row.score)])),
      }),
    scored.map((row) =>
      s("circle.history-point", {
        cx: scale.x(row.day),
        cy: scale.y(row.score),
        r: row === last ? 5 : 2.6,
      }),
    ),
  ];
}

/** Straight from one known score to the next. */
function through(points) {
  return points
    .map(([x, y], at) => `${at === 0 ? "M" : "L"}${x.toFixed(1)},${y.toFixed(1)}`)
    .join("");
}

function todayMark(scale, today) {
  const x = scale.x(today);
  return s(
    "g.history-today",
    {},
    s("line", { x1: x, x2: x, y1: scale.top, y2: scale.base }),
    s("text", { x: x - 5, y: scale.top + 10, "text-anchor": "end" }, t("today")),
  );
}
