/** One slice of the pyramid: its middle is as wide as its share, its edges meet its neighbours. */

import { s } from "../dom.js";

const LEAST = 0.035;
const HEIGHT = 40;

/**
 * The widths of all slices, 0..1 of the widest.
 * @param {number[]} shares highest tier first
 * @returns {{top: number, middle: number, bottom: number}[]}
 */
export function sliceWidths(shares) {
  const widest = Math.max(...shares) || 1;
  const middles = shares.map((share) => Math.max(share / widest, LEAST));
  const between = (at) => (middles[at] + middles[at + 1]) / 2;
  return middles.map((middle, at) => ({
    top: at === 0 ? middle * 0.5 : between(at - 1),
    middle,
    bottom: at === middles.length - 1 ? middle : between(at),
  }));
}

/**
 * @param {{top: number, middle: number, bottom: number}} widths
 * @returns {SVGElement}
 */
export function slice({ top, middle, bottom }) {
  const at = (side, width) => (50 + side * 50 * width).toFixed(2);
  // A curve through the middle: its control point lies as far beyond it as the edges lie before.
  const bent = 2 * middle - (top + bottom) / 2;
  const mid = HEIGHT / 2;
  const path = [
    `M${at(-1, top)},0`,
    `H${at(1, top)}`,
    `Q${at(1, bent)},${mid} ${at(1, bottom)},${HEIGHT}`,
    `H${at(-1, bottom)}`,
    `Q${at(-1, bent)},${mid} ${at(-1, top)},0Z`,
  ];
  return s(
    "svg.slice",
    {
      viewBox: `0 0 100 ${HEIGHT}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
      focusable: "false",
    },
    s("path", { d: path.join(" ") }),
  );
}
