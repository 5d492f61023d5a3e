/** Where days and scores lie in the drawing of one customer's history. Numbers only. */

const DAY_MS = 86_400_000;

/**
 * @typedef {{
 *   x: (iso: string) => number, y: (score: number) => number, yMoney: (amount: number) => number,
 *   left: number, right: number, top: number, bottom: number, base: number, from: number, to: number,
 *   dayAt: (x: number) => string,
 * }} Scale
 */

/**
 * @param {{from: string, to: string, width: number, height: number, most: number}} given `most`: highest spend of a day
 * @returns {Scale}
 */
export function scoreScale({ from, to, width, height, most }) {
  const left = 34;
  const right = width - (width < 560 ? 12 : 96);
  const top = 10;
  const base = height - 26;
  const bottom = top + (base - top) * 0.7;
  const start = Date.parse(from);
  const span = Math.max(DAY_MS, Date.parse(to) - start);
  const x = (iso) => left + ((Date.parse(iso) - start) / span) * (right - left);
  const y = (score) => bottom - (score / 100) * (bottom - top);
  const yMoney = (amount) => base - (Math.max(0, amount) / (most || 1)) * (base - bottom - 14);
  const dayAt = (px) =>
    new Date(start + Math.round(((px - left) / (right - left)) * (span / DAY_MS)) * DAY_MS)
      .toISOString()
      .slice(0, 10);
  return { x, y, yMoney, left, right, top, bottom, base, from: start, to: start + span, dayAt };
}

/**
 * First days of months between two days, thinned to what the width can name.
 * @param {Scale} scale
 * @param {number} room pixels a name needs
 * @returns {string[]} ISO days
 */
export function monthTicks(scale, room = 74) {
  const months = [];
  const at = new Date(scale.from);
  at.setUTCDate(1);
  while (at.getTime() <= scale.to) {
    if (at.getTime() >= scale.from) months.push(at.toISOString().slice(0, 10));
    at.setUTCMonth(at.getUTCMonth() + 1);
  }
  const step = Math.max(1, Math.ceil((months.length * room) / (scale.right - scale.left)));
  return months.filter((_, index) => index % step === 0);
}

/**
 * Runs of days with the same tier, to the day the next begins.
 * @param {{day: string, tier: string|null}[]} days
 * @returns {{tier: string|null, from: string, to: string}[]}
 */
export function tierRuns(days) {
  const runs = [];
  for (const row of days) {
    const last = runs.at(-1);
    if (last && last.tier === row.tier) last.to = row.day;
    else {
      if (last) last.to = row.day;
      runs.push({ tier: row.tier, from: row.day, to: row.day });
    }
  }
  return runs;
}
