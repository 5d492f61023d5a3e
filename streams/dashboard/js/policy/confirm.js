/** The last step before a version goes out: who says so, why, from when, whatever the guard says. */

import { send } from "../api.js";
import { fill, h } from "../dom.js";
import { has, t } from "../i18n.js";
import { percent } from "../format.js";
import { field } from "../parts/dialog.js";
import { wordsOf } from "../parts/states.js";

const WORDS = {
  out: { title: "publish.title", advice: "publish.words", button: "publish.button" },
  back: { title: "rollback.title", advice: "rollback.words", button: "rollback.button" },
};

/**
 * @typedef {{version: number, text: string, back: boolean}} Order a version to publish, or to bring back
 */

/**
 * A form that publishes, or brings back, what was just looked at.
 * @param {Order} order
 * @param {any} guard of the simulation; null where the policy has none
 * @param {(published: any) => void} done
 * @returns {HTMLElement}
 */
export function confirmation(order, guard, done) {
  const words = WORDS[order.back ? "back" : "out"];
  const problem = h("p.field-problem", { role: "alert" });
  const go = h(
    "button.button.primary",
    { type: "submit" },
    t(words.button, { n: order.version }),
  );
  const held = h("div.field");
  const ask = (question) =>
    fill(
      held,
      h(
        "label.check",
        {},
        h("input", { type: "checkbox", name: "confirm", required: true }),
        h("span", {}, question),
      ),
    );
  if (guard?.holds) {
    const { share, allowed } = guard;
    ask(t("publish.confirm", { share: percent(share), allowed: percent(allowed) }));
  }
  const reason = h("input.input", { required: true, maxlength: 256 });
  const from = h("input.input", { type: "datetime-local" });
  const form = h(
    "form.confirmation",
    { onsubmit: sent },
    h("h3", {}, t(words.title, { n: order.version })),
    h("p.muted", {}, t(words.advice)),
    field("reason", t("field.reason"), reason, t("field.reason.hint")),
    !order.back && field("from", t("publish.from"), from, t("publish.from.hint")),
    held,
    problem,
    h("div.row", {}, go),
  );

  async function sent(event) {
    event.preventDefault();
    go.disabled = true;
    fill(problem);
    try {
      done(await put(order, new FormData(form)));
    } catch (refusal) {
      // Customers moved between the simulation and now: the guard asks after all.
      if (refusal.code === "guard_holds" && !held.firstChild)
        ask(t("publish.confirm.late"));
      fill(problem, refusalWords(refusal));
      go.disabled = false;
    }
  }
  return form;
}

function put({ version, text, back }, values) {
  const said = { reason: values.get("reason"), confirm: values.has("confirm") };
  if (back) return send("POST", "/api/policies/rollback", { ...said, version });
  const from = values.get("from");
  const effective = from ? { effective_from: new Date(from).toISOString() } : {};
  return send("POST", "/api/policies/publish", { ...said, ...effective, text });
}

function refusalWords(refusal) {
  const known = has(`publish.refused.${refusal.code}`);
  return known ? t(`publish.refused.${refusal.code}`) : wordsOf(refusal);
}
