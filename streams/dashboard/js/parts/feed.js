/** The feed: changes as they happen, each with its why. It can be paused, and waits under a pointer. */

import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { number } from "../format.js";
import { t } from "../i18n.js";
import { calmly, onLive } from "../live.js";
import { idsMasked, setMasked } from "../preferences.js";
import { changeRow } from "./change_row.js";
import { feedFilter } from "./feed_filter.js";
import { panel } from "./panel.js";
import { emptyState, errorState, loadingState } from "./states.js";

const SHOWN = 40;
const CALM_MS = 400;

/** @returns {{element: HTMLElement, end: () => void}} */
export function feed() {
  const list = h("ol.feed", { tabindex: "0", "aria-label": t("feed.title") });
  const place = h("div.feed-place", {}, loadingState(6));
  const filter = feedFilter(() => load());
  let waiting = [];
  let paused = false;
  let held = false;

  const pause = h("button.button.small", {
    type: "button",
    "aria-pressed": "false",
    onclick: () => turn(!paused),
  });
  const mask = h("button.button.small", { type: "button", onclick: () => remask() });
  const flush = calmly(() => show(), CALM_MS);

  function name() {
    pause.setAttribute("aria-pressed", String(paused));
    const more = waiting.length ? ` · ${t("feed.new", { n: number(waiting.length) })}` : "";
    fill(pause, paused ? t("feed.resume") + more : t("feed.pause"));
    fill(mask, t(idsMasked() ? "feed.show-ids" : "feed.mask-ids"));
  }

  function turn(now) {
    paused = now;
    if (!paused) flush();
    name();
  }

  function remask() {
    setMasked(!idsMasked());
    name();
    load();
  }

  async function load() {
    waiting = [];
    try {
      const answer = await get("/api/changes", { limit: SHOWN, ...filter.query() });
      fill(
        list,
        answer.changes.map((change) => changeRow(change)),
      );
      fill(
        place,
        answer.changes.length ? list : emptyState(t("feed.empty"), t("feed.empty.advice")),
      );
    } catch (problem) {
      fill(place, errorState(problem, load));
    }
  }

  function show() {
    if (paused || held || !waiting.length) return name();
    const fresh = waiting.slice(-SHOWN).reverse();
    waiting = [];
    if (!list.isConnected) fill(place, list);
    list.prepend(...fresh.map((change) => changeRow(change, { arrived: true })));
    while (list.children.length > SHOWN) list.lastElementChild.remove();
    name();
  }

  const hold = (now) => () => {
    held = now;
    if (!held) flush();
  };
  for (const event of ["pointerenter", "focusin"]) list.addEventListener(event, hold(true));
  for (const event of ["pointerleave", "focusout"]) list.addEventListener(event, hold(false));
  const end = onLive("change", (change) => {
    if (!filter.takes(change)) return;
    waiting.push(change);
    // Who comes back after an hour wants the latest, not all of it.
    if (waiting.length > 10_000) waiting.splice(0, 5_000);
    flush();
  });
  const endGap = onLive("gap", () => paused || load());
  name();
  load();
  const element = panel(
    t("feed.title"),
    { class: "panel-feed", controls: [filter.element, mask, pause] },
    place,
  );
  return {
    element,
    end: () => {
      end();
      endGap();
    },
  };
}
