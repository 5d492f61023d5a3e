/** A band across the page while its numbers are not those of now. */

import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { live, onLive } from "../live.js";
import { condition } from "./freshness.js";

const PATIENCE_MS = 1_500;

/** @returns {{element: HTMLElement, end: () => void}} */
export function staleBanner() {
  const element = h("div.band", { hidden: true });
  let timer = 0;
  const draw = () => {
    const now = condition();
    clearTimeout(timer);
    // A hiccup of the network is not worth a flash of colour.
    if (now === "lost") timer = setTimeout(() => show(now), PATIENCE_MS);
    else show(now);
  };
  const show = (now) => {
    const told = now === "lost" || now === "stale";
    element.hidden = !told;
    element.dataset.condition = now;
    document.documentElement.toggleAttribute("data-not-live", told);
    if (told) fill(element, h("strong", {}, t(`fresh.${now}`)), " ", t(`band.${now}`));
  };
  const ends = [onLive("status", draw), onLive("connection", draw)];
  if (live.connection === "lost") draw();
  return {
    element,
    end: () => {
      clearTimeout(timer);
      ends.forEach((end) => end());
    },
  };
}
