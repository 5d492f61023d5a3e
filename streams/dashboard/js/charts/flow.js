/** The flow from tier to tier as ribbons (a Sankey drawing). */

import { freshId, s } from "../dom.js";
import { number } from "../format.js";
import { t } from "../i18n.js";
import { allTiers, kindOfMove, tierClass, tierName } from "../tiers.js";
import { flowLayout } from "./flow_layout.js";

const NODE = 10;

/**
 * @param {import("./flow_layout.js").Flow[]} flows
 * @param {number} width
 * @param {number} height
 * @returns {SVGElement}
 */
export function flowPicture(flows, width, height) {
  const order = allTiers()
    .map((tier) => tier.name)
    .reverse();
  const { left, right, ribbons } = flowLayout(flows, order, height);
  const margin = width < 460 ? 82 : 118;
  const x0 = margin;
  const x1 = width - margin;
  const defs = s("defs");
  const drawn = ribbons.map((ribbon) => ribbonPath(ribbon, x0 + NODE, x1 - NODE, defs));
  return s(
    "svg.flow",
    {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": t("flow.picture"),
    },
    defs,
    s("g.flow-ribbons", {}, drawn),
    left.map((node) => nodeMark(node, x0, x0 - 8, "end", height)),
    right.map((node) => nodeMark(node, x1 - NODE, x1 + 8, "start", height)),
  );
}

function ribbonPath(ribbon, x0, x1, defs) {
  const id = freshId();
  defs.append(
    s(
      "linearGradient",
      { id, gradientUnits: "userSpaceOnUse", x1: x0, x2: x1 },
      s("stop", { offset: "0", class: tierClass(ribbon.from) }),
      s("stop", { offset: "1", class: tierClass(ribbon.to) }),
    ),
  );
  const bend = (x0 + x1) / 2;
  const { y0, y1, thickness } = ribbon;
  const path = [
    `M${x0},${y0}`,
    `C${bend},${y0} ${bend},${y1} ${x1},${y1}`,
    `V${y1 + thickness}`,
    `C${bend},${y1 + thickness} ${bend},${y0 + thickness} ${x0},${y0 + thickness}`,
    "Z",
  ];
  return s(
    "path.ribbon",
    { d: path.join(" "), fill: `url(#${id})`, class: `ribbon-${kindOfMove(ribbon)}` },
    s("title", {}, flowWords(ribbon)),
  );
}

/** @param {{from: string|null, to: string, count: number}} flow @returns {string} */
function flowWords(flow) {
  return t("flow.one", { from: fromName(flow.from), to: tierName(flow.to), n: number(flow.count) });
}

/** @param {string|null} name @returns {string} the tier left, or that there was none */
function fromName(name) {
  return name === null ? t("flow.new") : tierName(name);
}

function nodeMark(node, x, textX, anchor, height) {
  // Words of a thin node at the edge stay inside the picture.
  const middle = Math.max(14, Math.min(height - 18, node.y + node.height / 2));
  const name = fromName(node.name);
  return s(
    "g.flow-node",
    { class: tierClass(node.name) },
    s("rect", { x, y: node.y, width: NODE, height: node.height, rx: 3 }),
    s("text", { x: textX, y: middle - 2, "text-anchor": anchor }, name),
    s("text.flow-count", { x: textX, y: middle + 14, "text-anchor": anchor }, number(node.count)),
  );
}
