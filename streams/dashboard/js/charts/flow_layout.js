/** Where the nodes and ribbons of a flow lie. Numbers only, no drawing. */

/**
 * @typedef {{from: string|null, to: string, count: number}} Flow
 * @typedef {{name: string|null, y: number, height: number, count: number}} FlowNode
 * @typedef {Flow & {y0: number, y1: number, thickness: number}} Ribbon
 */

const GAP = 14;
const LEAST = 3;

/**
 * Nodes of a side from the top, high enough for what leaves or reaches them.
 * @param {(string|null)[]} names
 * @param {Map<string|null, number>} counts
 * @param {number} scale pixels a customer
 * @param {number} height
 * @returns {Map<string|null, FlowNode>}
 */
function side(names, counts, scale, height) {
  const nodes = names
    .filter((name) => counts.has(name))
    .map((name) => ({
      name,
      count: counts.get(name),
      height: Math.max(LEAST, counts.get(name) * scale),
      y: 0,
    }));
  const used =
    nodes.reduce((sum, node) => sum + node.height, 0) + GAP * Math.max(0, nodes.length - 1);
  let y = Math.max(0, (height - used) / 2);
  for (const node of nodes) {
    node.y = y;
    y += node.height + GAP;
  }
  return new Map(nodes.map((node) => [node.name, node]));
}

function totals(flows, end) {
  const counts = new Map();
  for (const flow of flows) counts.set(flow[end], (counts.get(flow[end]) ?? 0) + flow.count);
  return counts;
}

/**
 * @param {Flow[]} flows
 * @param {string[]} order tiers, highest first; customers without one come last
 * @param {number} height
 * @returns {{left: FlowNode[], right: FlowNode[], ribbons: Ribbon[]}}
 */
export function flowLayout(flows, order, height) {
  const all = flows.reduce((sum, flow) => sum + flow.count, 0) || 1;
  const known = new Set([...order, null]);
  const old = [...new Set(flows.flatMap((flow) => [flow.from, flow.to]))].filter(
    (name) => !known.has(name),
  );
  const names = [...order, ...old, null];
  const scale = (height - GAP * names.length) / all;
  const left = side(names, totals(flows, "from"), scale, height);
  const right = side(names, totals(flows, "to"), scale, height);
  const place = (name) => names.indexOf(name);
  const sorted = [...flows].sort(
    (a, b) => place(a.from) - place(b.from) || place(a.to) - place(b.to),
  );
  const leaving = new Map([...left].map(([name, node]) => [name, node.y]));
  const reaching = new Map([...right].map(([name, node]) => [name, node.y]));
  const ribbons = sorted.map((flow) => {
    const thickness = Math.max(1, flow.count * scale);
    const ribbon = { ...flow, y0: leaving.get(flow.from), y1: reaching.get(flow.to), thickness };
    leaving.set(flow.from, ribbon.y0 + thickness);
    reaching.set(flow.to, ribbon.y1 + thickness);
    return ribbon;
  });
  return { left: [...left.values()], right: [...right.values()], ribbons };
}
