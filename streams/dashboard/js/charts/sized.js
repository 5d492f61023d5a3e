/** A drawing that knows its width: drawn again when its place changes size. */

import { fill, h } from "../dom.js";

/** Narrower than any drawing: its place has not been laid out yet. */
const LEAST = 120;

/**
 * @param {(width: number) => Node|Node[]} draw
 * @param {string} [name] a class
 * @returns {{element: HTMLElement, redraw: () => void}}
 */
export function sized(draw, name = "") {
  const element = h("div.chart", { class: name });
  let width = 0;
  const redraw = () => {
    if (width >= LEAST) fill(element, draw(width));
  };
  const watch = new ResizeObserver(([entry]) => {
    const now = Math.round(entry.contentRect.width);
    if (now === width) return;
    width = now;
    redraw();
  });
  watch.observe(element);
  return { element, redraw };
}
