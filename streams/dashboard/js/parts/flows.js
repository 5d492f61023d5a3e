/** Who moves from which tier to which, and by which trigger: as ribbons or as a table. */

import { get } from "../api.js";
import { flowPicture } from "../charts/flow.js";
import { matrix } from "../charts/matrix.js";
import { sized } from "../charts/sized.js";
import { fill, h } from "../dom.js";
import { movedDay } from "../format.js";
import { t } from "../i18n.js";
import { allTiers } from "../tiers.js";
import { panel } from "./panel.js";
import { reasons } from "./reasons.js";
import { emptyState, loadingState } from "./states.js";

const PERIODS = [1, 7, 30, 90, 365];
const NARROW = 460;
const WALL = 1_760;

/** @returns {{element: HTMLElement, refresh: (today: string) => Promise<void>}} */
export function flows() {
  let days = 30;
  let asTable = false;
  let chosen = null;
  let moves = null;
  let today = null;

  const picture = sized((width) => flowPicture(summed(), width, flowHeight(width)), "chart-flow");
  const place = h("div.flow-place", {}, loadingState());
  const why = h("div.reasons-place");

  const period = h(
    "select.select.small",
    { "aria-label": t("flow.period"), onchange: () => pick(Number(period.value)) },
    PERIODS.map((n) => h("option", { value: n }, t(`flow.days.${n}`))),
  );
  period.value = String(days);
  const toggle = h("button.button.small", { type: "button", onclick: () => turn() });

  function pick(n) {
    days = n;
    if (today) refresh(today);
  }

  function turn() {
    asTable = !asTable;
    draw();
  }

  function choose(trigger) {
    chosen = chosen === trigger ? null : trigger;
    draw();
  }

  function summed() {
    const cells = new Map();
    for (const move of moves) {
      if (chosen && move.trigger !== chosen) continue;
      const key = JSON.stringify([move.from, move.to]);
      const cell = cells.get(key) ?? { from: move.from, to: move.to, count: 0 };
      cell.count += move.count;
      cells.set(key, cell);
    }
    return [...cells.values()];
  }

  function draw() {
    fill(toggle, t(asTable ? "flow.as-picture" : "flow.as-table"));
    const cells = summed();
    if (!moves.length) fill(place, emptyState(t("flow.empty"), t("flow.empty.advice")));
    else if (asTable)
      fill(
        place,
        matrix(cells, {
          order: allTiers()
            .map((tier) => tier.name)
            .reverse(),
          caption: t("flow.table"),
        }),
      );
    else {
      if (!picture.element.isConnected) fill(place, picture.element);
      picture.redraw();
    }
    reasons(why, moves, chosen, choose);
  }

  async function refresh(asOf) {
    today = asOf;
    const answer = await get("/api/moves", { from: movedDay(asOf, 1 - days), to: asOf });
    moves = answer.moves.filter((move) => move.to !== null);
    draw();
  }

  const element = panel(
    t("flow.title"),
    { class: "panel-flow", controls: [period, toggle] },
    place,
    h("h3.reasons-title", {}, t("flow.reasons")),
    why,
  );
  return { element, refresh };
}

/** Higher on a wall, where the flow stands beside the whole pyramid. */
function flowHeight(width) {
  if (width < NARROW) return 300;
  return innerWidth >= WALL ? 440 : 360;
}
