/** The policy: versions, the text with checks as it is typed, what it would do, publishing it. */

import { get, send } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { live, onLive } from "../live.js";
import { fetched, panel } from "../parts/panel.js";
import { emptyState, errorState, loadingState } from "../parts/states.js";
import { sweepBar } from "../parts/sweep.js";
import { differenceList } from "../policy/differences.js";
import { editor } from "../policy/editor.js";
import { progress } from "../policy/progress.js";
import { lookAt, numberTaken, reviewView } from "../policy/review.js";
import { simulationView } from "../policy/simulation.js";
import { versionList } from "../policy/versions.js";
import { may } from "../session.js";

/** @param {HTMLElement} main @returns {() => void} */
export function policy(main) {
  const versions = h("div");
  const result = h("div.policy-result");
  const sweep = sweepBar();
  let shown = null;
  let latest = 0;
  /** The text that the form below it would publish; another text has to be looked at anew. */
  let reviewed = null;
  /** @type {ReturnType<typeof progress>|null} */
  let published = null;

  const text = editor({
    changed: (now, valid) => {
      buttons.forEach((button) => (button.disabled = !valid));
      if (reviewed !== null && now !== reviewed) nothingTried();
    },
    readonly: !may("operator"),
  });
  const act = (name, run, kind = "") =>
    h(
      "button.button",
      { type: "button", class: kind, disabled: true, onclick: run },
      t(`policy.${name}`),
    );
  const buttons = [
    act("diff", showDifferences),
    may("operator") && act("simulate", simulate),
    may("admin") && act("publish", publish, "primary"),
  ].filter(Boolean);

  function nothingTried() {
    reviewed = null;
    fill(result, emptyState(t("policy.result.none"), t("policy.result.advice")));
  }

  async function open({ version }) {
    try {
      const found = await get(`/api/policies/${version}`);
      shown = version;
      text.load(found.text);
      again({ quiet: true });
      return found.text;
    } catch (problem) {
      fill(result, errorState(problem));
      return null;
    }
  }

  async function into(run, draw) {
    reviewed = null;
    published = null;
    fill(result, loadingState());
    result.scrollIntoView({ block: "nearest" });
    try {
      fill(result, draw(await run()));
      result.querySelector("[tabindex='-1']")?.focus();
    } catch (problem) {
      fill(
        result,
        errorState(problem, () => into(run, draw)),
      );
    }
  }

  function showDifferences() {
    into(
      () => send("POST", "/api/policies/diff", { text: text.text() }),
      ({ differences }) => differenceList(differences),
    );
  }

  function simulate() {
    into(() => send("POST", "/api/policies/simulate", { text: text.text() }), simulationView);
  }

  function publish() {
    const { version } = text.policy();
    if (version > latest) return review({ version, text: text.text(), back: false });
    into(
      async () => null,
      () => numberTaken(version, latest + 1, renumbered),
    );
  }

  function renumbered() {
    text.renumber(latest + 1);
    review({ version: latest + 1, text: text.text(), back: false });
  }

  async function bringBack(one) {
    const found = await open(one);
    if (found !== null) review({ version: one.version, text: found, back: true });
  }

  function review(order) {
    into(
      () => lookAt(order),
      (seen) => {
        reviewed = order.text;
        return reviewView(order, seen, (answer) => follow(order, answer));
      },
    );
  }

  function follow(order, answer) {
    reviewed = null;
    shown = order.version;
    if (!answer.published) return fill(result, emptyState(t("publish.nothing")));
    published = progress(answer);
    published.show(live.status);
    fill(result, published.element);
    again({ quiet: true });
  }

  const again = fetched(
    versions,
    () => get("/api/policies"),
    (answer) => {
      const list = answer.versions;
      latest = Math.max(0, ...list.map((one) => one.version));
      if (shown === null) {
        const first = list.find((one) => one.in_force) ?? list[0];
        if (first) open(first);
      }
      return versionList(list, { shown, open, bringBack: may("admin") ? bringBack : null });
    },
  );
  nothingTried();
  again();
  fill(
    main,
    h("h1", {}, t("nav.policy")),
    sweep.element,
    h(
      "div.policy-grid",
      {},
      panel(t("versions.title"), { class: "panel-versions" }, versions),
      panel(t("policy.text"), { class: "panel-editor", controls: buttons }, text.element),
      panel(t("policy.result"), { class: "wide" }, result),
    ),
  );
  let stood = null;
  return onLive("status", (status) => {
    sweep.show(status.sweep);
    published?.show(status);
    const stands = JSON.stringify([status.freshness.policy, status.sweep?.running]);
    if (stood !== null && stands !== stood) again({ quiet: true });
    stood = stands;
  });
}
