/** Moves by trigger: how many, up or down. Each is a button that narrows the flow to it. */

import { bar } from "../charts/bar.js";
import { fill, h } from "../dom.js";
import { number } from "../format.js";
import { t, trigger } from "../i18n.js";
import { kindOfMove } from "../tiers.js";

/**
 * @param {HTMLElement} place
 * @param {any[]} moves
 * @param {string|null} chosen
 * @param {(trigger: string) => void} choose
 */
export function reasons(place, moves, chosen, choose) {
  const rows = counted(moves);
  const most = Math.max(1, ...rows.map((row) => row.all));
  const focused = place.contains(document.activeElement)
    ? document.activeElement.dataset.trigger
    : null;
  fill(
    place,
    h(
      "ul.reasons",
      {},
      rows.map((row) => h("li", {}, oneReason(row, most, chosen, choose))),
    ),
  );
  // The buttons are new ones: who was on one of them stays there.
  if (focused) place.querySelector(`[data-trigger="${CSS.escape(focused)}"]`)?.focus();
}

function counted(moves) {
  const found = new Map();
  for (const move of moves) {
    const row = found.get(move.trigger) ?? { name: move.trigger, first: 0, up: 0, down: 0, all: 0 };
    row[kindOfMove(move)] += move.count;
    row.all += move.count;
    found.set(move.trigger, row);
  }
  return [...found.values()].sort((a, b) => b.all - a.all);
}

function oneReason(row, most, chosen, choose) {
  const parts = [
    row.first && `✦ ${number(row.first)}`,
    row.up && `▲ ${number(row.up)}`,
    row.down && `▼ ${number(row.down)}`,
  ].filter(Boolean);
  const words = t("flow.reason", {
    name: trigger(row.name),
    first: number(row.first),
    up: number(row.up),
    down: number(row.down),
  });
  return h(
    "button.reason",
    {
      type: "button",
      "aria-pressed": String(chosen === row.name),
      "aria-label": words,
      "data-trigger": row.name,
      onclick: () => choose(row.name),
    },
    h("span.reason-name", {}, trigger(row.name)),
    bar(row.all / most, "reason-bar"),
    h("span.reason-count", {}, parts.join("  ")),
  );
}
