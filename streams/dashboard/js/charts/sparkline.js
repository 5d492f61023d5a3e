/** A small line without axes: which way it went. */

import { s } from "../dom.js";

const WIDTH = 104;
const HEIGHT = 30;
const EDGE = 3;

/**
 * @param {number[]} values oldest first
 * @returns {SVGElement}
 */
export function sparkline(values) {
  const picture = s("svg.sparkline", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    "aria-hidden": "true",
    focusable: "false",
  });
  if (values.length < 2) return picture;
  const points = placed(values);
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const [lastX, lastY] = points[points.length - 1];
  picture.append(
    s("polygon.sparkline-area", { points: `${EDGE},${HEIGHT} ${line} ${lastX},${HEIGHT}` }),
    s("polyline.sparkline-line", { points: line }),
    s("circle.sparkline-dot", { cx: lastX, cy: lastY, r: 2.4 }),
  );
  return picture;
}

function placed(values) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const step = (WIDTH - 2 * EDGE) / (values.length - 1);
  const tall = HEIGHT - 2 * EDGE;
  const y = (value) =>
    high === low ? HEIGHT / 2 : EDGE + tall * (1 - (value - low) / (high - low));
  return values.map((value, at) => [EDGE + at * step, y(value)]);
}
