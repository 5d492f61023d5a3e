/** Search, and the whole of what is known about one customer. */

import { customerPath, get } from "../api.js";
import { actions } from "../customer/actions.js";
import { labelReasons, triggerTable } from "../customer/because.js";
import { decay } from "../customer/decay.js";
import { dimensions, missing, standing } from "../customer/dimensions.js";
import { benefits, heading } from "../customer/heading.js";
import { changeHistory } from "../customer/history.js";
import { askLedger, historyChart } from "../customer/history_chart.js";
import { search } from "../customer/search.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { calmly, onLive } from "../live.js";
import { fetched, panel } from "../parts/panel.js";
import { emptyState } from "../parts/states.js";

const CALM_MS = 1_500;

/**
 * @param {HTMLElement} main
 * @param {string|null} id
 * @returns {() => void}
 */
export function customers(main, id) {
  const finder = search(id ?? "");
  if (id === null) {
    fill(
      main,
      h(
        "div.search-page",
        {},
        h("h1", {}, t("nav.customers")),
        h("p.muted", {}, t("search.words")),
        finder,
      ),
    );
    finder.querySelector("input").focus();
    return () => {};
  }
  const place = h("div.profile");
  fill(main, finder, place);
  const again = fetched(
    place,
    () => ask(id),
    (answer) => profileOf(answer, () => again({ quiet: true })),
  );
  again();
  const soon = calmly(() => again({ quiet: true }), CALM_MS);
  return onLive(
    "change",
    (change) => change.customer_id === id && !document.querySelector("dialog[open]") && soon(),
  );
}

async function ask(id) {
  try {
    const [profile, ledger, history] = await Promise.all([
      get(customerPath(id)),
      askLedger(id),
      get(customerPath(id, "/history")),
    ]);
    return { id, profile, ledger, history };
  } catch (problem) {
    if (problem.status === 404) return { id, profile: null };
    throw problem;
  }
}

function profileOf({ id, profile, ledger, history }, changed) {
  if (profile === null)
    return emptyState(t("customer.unknown", { id }), t("customer.unknown.advice"));
  const told = profile.explanation;
  return [
    heading(profile, told),
    actions(told, changed),
    h(
      "div.profile-grid",
      {},
      panel(t("history.title"), { class: "wide" }, historyChart(ledger, told)),
      panel(t("dimensions.title"), {}, dimensions(told)),
      panel(
        t("missing.title"),
        {},
        missing(told),
        h("h3.sub", {}, t("standing.title")),
        standing(told),
      ),
      panel(t("decay.title"), { note: t("decay.note") }, decay(told)),
      panel(t("changes.title"), {}, changeHistory(history.changes)),
      panel(t("labels.title"), {}, labelReasons(told)),
      panel(t("benefits.title"), {}, benefits(profile)),
      panel(t("triggers.title"), { class: "wide" }, triggerTable(told)),
    ),
  ];
}
