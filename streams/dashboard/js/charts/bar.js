/** Bars whose lengths are shares: one, or several in a row that make up a whole. */

import { s } from "../dom.js";

const percent = (share) => `${(100 * Math.max(0, Math.min(1, share))).toFixed(2)}%`;

/**
 * @param {number} share 0..1
 * @param {string} [name] a class
 * @returns {SVGElement}
 */
export function bar(share, name = "") {
  return s(
    "svg.bar",
    { class: name, "aria-hidden": "true", focusable: "false" },
    s("rect.bar-ground", { width: "100%", height: "100%" }),
    s("rect.bar-value", { width: percent(share), height: "100%" }),
  );
}

/**
 * @param {{share: number, class: string}[]} parts
 * @returns {SVGElement}
 */
export function stackedBar(parts) {
  let at = 0;
  const rects = parts.map((part) => {
    const rect = s("rect", {
      class: part.class,
      x: percent(at),
      width: percent(part.share),
      height: "100%",
    });
    at += part.share;
    return rect;
  });
  return s(
    "svg.bar.bar-stacked",
    { "aria-hidden": "true", focusable: "false" },
    s("rect.bar-ground", { width: "100%", height: "100%" }),
    rects,
  );
}
