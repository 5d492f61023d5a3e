/** The live board: figures, pyramid, flow, feed, labels. */

import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { day } from "../format.js";
import { t } from "../i18n.js";
import { learnPolicy } from "../learn.js";
import { calmly, live, onLive } from "../live.js";
import { drawFigures } from "../parts/figures.js";
import { feed } from "../parts/feed.js";
import { flows } from "../parts/flows.js";
import { labelShares } from "../parts/label_shares.js";
import { panel } from "../parts/panel.js";
import { pyramid } from "../parts/pyramid.js";
import { errorState, loadingState } from "../parts/states.js";
import { sweepBar } from "../parts/sweep.js";

const CALM_MS = 2_000;

/**
 * @param {HTMLElement} main
 * @returns {() => void}
 */
export function board(main) {
  const figures = h("dl.figures");
  const peaks = h("div", {}, loadingState(6));
  const labels = h("div", {}, loadingState(6));
  const flow = flows();
  const stream = feed();
  const sweep = sweepBar();
  const note = h("span");
  let moves = [];
  let ended = false;

  async function load() {
    try {
      const known = await learnPolicy();
      const today = known.freshness.as_of;
      if (ended) return;
      fill(peaks, pyramid(known.tiers));
      fill(labels, labelShares(known.labels));
      fill(note, today ? day(today) : "");
      if (!today) return drawFigures(figures, live.status, []);
      const answer = await get("/api/moves", { from: today, to: today });
      moves = answer.moves.filter((move) => move.to !== null);
      drawFigures(figures, live.status, moves);
      await flow.refresh(today);
    } catch (problem) {
      // While nobody answers, the last figures stay, and the band says that they are old.
      const first = peaks.querySelector(".skeleton") !== null;
      if (!ended && (first || problem.status !== 0)) fill(peaks, errorState(problem, load));
    }
  }

  const soon = calmly(load, CALM_MS);
  let customers = null;
  const ends = [
    onLive("change", soon),
    onLive("gap", soon),
    onLive("status", (status) => {
      drawFigures(figures, status, moves);
      sweep.show(status.sweep);
      if (status.customers !== customers) soon();
      customers = status.customers;
    }),
    onLive("connection", () => live.connection === "live" && soon()),
  ];
  fill(
    main,
    h("h1.visually-hidden", {}, t("nav.board")),
    figures,
    sweep.element,
    h(
      "div.board-grid",
      {},
      panel(t("pyramid.title"), { class: "panel-pyramid", note }, peaks),
      flow.element,
      stream.element,
      panel(t("labels.title"), { class: "panel-labels" }, labels),
    ),
  );
  drawFigures(figures, live.status, moves);
  load();
  return () => {
    ended = true;
    stream.end();
    ends.forEach((end) => end());
  };
}
