/** What is shown in place of data: loading, nothing there, an error. */

import { h } from "../dom.js";
import { t } from "../i18n.js";

/** @returns {HTMLElement} */
export function loadingState(lines = 4) {
  const bars = Array.from({ length: lines }, () => h("div.skeleton-line"));
  return h("div.skeleton", { role: "status" }, h("span.visually-hidden", {}, t("loading")), bars);
}

/** @param {string} title @param {string} [advice] @returns {HTMLElement} */
export function emptyState(title, advice = "") {
  return h(
    "div.state",
    {},
    h("div.state-mark", { "aria-hidden": "true" }, "∅"),
    h("p.state-title", {}, title),
    advice && h("p.muted", {}, advice),
  );
}

/** The words of a problem. @param {any} problem */
export function wordsOf(problem) {
  if (problem?.status === 0) return t("error.no_answer");
  if (problem?.status === 403) return t("error.role");
  return problem?.message || t("error.unknown", { status: problem?.status ?? "" });
}

/**
 * @param {any} problem
 * @param {() => void} [again]
 * @returns {HTMLElement}
 */
export function errorState(problem, again) {
  return h(
    "div.state.state-error",
    { role: "alert" },
    h("div.state-mark", { "aria-hidden": "true" }, "!"),
    h("p.state-title", {}, wordsOf(problem)),
    problem?.where && h("p.muted", {}, problem.where),
    again && h("button.button", { type: "button", onclick: again }, t("try-again")),
  );
}
