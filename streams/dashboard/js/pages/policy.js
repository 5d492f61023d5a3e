/** The policy: versions, the text with checks as it is typed, differences, simulation. */

import { get, send } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { onLive } from "../live.js";
import { fetched, panel } from "../parts/panel.js";
import { emptyState, errorState, loadingState } from "../parts/states.js";
import { sweepBar } from "../parts/sweep.js";
import { editor } from "../policy/editor.js";
import { simulationView } from "../policy/simulation.js";
import { versionList } from "../policy/versions.js";
import { may } from "../session.js";

/** @param {HTMLElement} main @returns {() => void} */
export function policy(main) {
  const versions = h("div");
  const result = h(
    "div.policy-result",
    { "aria-live": "off" },
    emptyState(t("policy.result.none"), t("policy.result.advice")),
  );
  const sweep = sweepBar();
  let shown = null;

  const text = editor({
    changed: (_, valid) => buttons.forEach((button) => (button.disabled = !valid)),
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
  ].filter(Boolean);

  async function open({ version }) {
    shown = version;
    const found = await get(`/api/policies/${version}`);
    text.load(found.text);
    again({ quiet: true });
  }

  async function into(run, draw) {
    fill(result, loadingState());
    try {
      fill(result, draw(await run()));
    } catch (problem) {
      fill(result, errorState(problem));
    }
  }

  function showDifferences() {
    into(
      () => send("POST", "/api/policies/diff", { text: text.text() }),
      ({ differences }) =>
        differences.length
          ? h(
              "ul.differences",
              {},
              differences.map((one) => h("li", { class: `difference-${one.change}` }, one.text)),
            )
          : emptyState(t("policy.same")),
    );
  }

  function simulate() {
    into(() => send("POST", "/api/policies/simulate", { text: text.text() }), simulationView);
  }

  const again = fetched(
    versions,
    () => get("/api/policies"),
    (answer) => {
      const list = answer.versions;
      if (shown === null) {
        const first = list.find((one) => one.in_force) ?? list[0];
        if (first) open(first);
      }
      return versionList(list, { shown, open });
    },
  );
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
  let ran = false;
  return onLive("status", (status) => {
    sweep.show(status.sweep);
    if (ran && !status.sweep?.running) again({ quiet: true });
    ran = Boolean(status.sweep?.running);
  });
}
