/** Looking before leaping: differences and simulation of a version, and the form to confirm it. */

import { send } from "../api.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { confirmation } from "./confirm.js";
import { differenceList } from "./differences.js";
import { simulationView } from "./simulation.js";

/**
 * @param {import("./confirm.js").Order} order
 * @returns {Promise<[any, any]>} what differs, and who would move
 */
export function lookAt({ text }) {
  return Promise.all([
    send("POST", "/api/policies/diff", { text }),
    send("POST", "/api/policies/simulate", { text }),
  ]);
}

/**
 * @param {import("./confirm.js").Order} order
 * @param {[any, any]} seen
 * @param {(published: any) => void} done
 * @returns {HTMLElement[]}
 */
export function reviewView(order, [{ differences }, simulation], done) {
  return [
    h("h3", { tabindex: "-1" }, t("policy.differences")),
    differenceList(differences),
    ...simulationView(simulation),
    confirmation(order, simulation.guard, done),
  ];
}

/**
 * In place of a review: the number is taken, and a version once published never changes.
 * @param {number} version
 * @param {number} next the lowest that is free
 * @param {() => void} renumber
 * @returns {HTMLElement}
 */
export function numberTaken(version, next, renumber) {
  return h(
    "div.state",
    {},
    h("p.state-title", { tabindex: "-1" }, t("publish.taken", { n: version })),
    h("p.muted", {}, t("publish.taken.advice", { n: next })),
    h(
      "button.button.primary",
      { type: "button", onclick: renumber },
      t("publish.renumber", { n: next }),
    ),
  );
}
