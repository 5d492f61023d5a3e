/** What an operator may do about one customer. */

import { customerPath } from "../api.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { askInDialog, field } from "../parts/dialog.js";
import { order, tellOutcome } from "../parts/order.js";
import { may } from "../session.js";
import { allTiers, tierName } from "../tiers.js";

const KINDS = ["floor", "ceiling", "pin"];

/**
 * @param {any} told the explanation
 * @param {() => void} changed called after something was done
 * @returns {any}
 */
export function actions(told, changed) {
  const id = told.customer_id;
  if (!may("operator")) return null;
  const button = (name, act, kind = "") =>
    h("button.button", { type: "button", class: kind, onclick: act }, t(`action.${name}`));
  return h(
    "div.actions",
    { role: "group", "aria-label": t("action.label") },
    told.alias
      ? may("admin") && button("unmerge", () => unmerge(id, changed))
      : [
          button("recalculate", () => recalculate(id, changed)),
          button("override", () => setOverride(id, told, changed)),
          told.override && button("clear", () => clearOverride(id, changed)),
          may("admin") && button("merge", () => merge(id, changed)),
        ],
    may("admin") && button("erase", () => erase(id, changed), "danger"),
  );
}

const input = (attributes = {}) =>
  h("input.input", { required: true, maxlength: 256, ...attributes });
const reasonField = () => field("reason", t("field.reason"), input(), t("field.reason.hint"));

function recalculate(id, changed) {
  askInDialog({
    title: t("action.recalculate"),
    words: t("action.recalculate.words"),
    fields: [reasonField()],
    button: t("action.recalculate"),
    submit: ({ reason }) =>
      order("POST", "/api/client/grade/recalculate", { client_id: id, reason }),
    done: (answer) => {
      tellOutcome(answer, t("command.done"));
      changed();
    },
  });
}

function setOverride(id, { tier }, changed) {
  const kind = h(
    "select.select",
    {},
    KINDS.map((name) => h("option", { value: name }, t(`override.${name}`))),
  );
  const tiers = h(
    "select.select",
    {},
    [...allTiers()].reverse().map((one) => h("option", { value: one.name }, tierName(one.name))),
  );
  if (tier) tiers.value = tier;
  askInDialog({
    title: t("action.override"),
    words: t("action.override.words"),
    fields: [
      field("kind", t("field.kind"), kind),
      field("tier", t("field.tier"), tiers),
      field(
        "until",
        t("field.until"),
        input({ type: "date", required: false }),
        t("field.until.hint"),
      ),
      reasonField(),
    ],
    button: t("action.override"),
    submit: ({ until, ...rest }) =>
      order("PUT", customerPath(id, "/override"), until ? { ...rest, until } : rest),
    done: (answer) => {
      tellOutcome(answer, t("override.set"));
      changed();
    },
  });
}

function clearOverride(id, changed) {
  askInDialog({
    title: t("action.clear"),
    words: t("action.clear.words"),
    fields: [reasonField()],
    button: t("action.clear"),
    submit: ({ reason }) => order("DELETE", customerPath(id, "/override"), { reason }),
    done: (answer) => {
      tellOutcome(answer, t("override.cleared"));
      changed();
    },
  });
}

function merge(id, changed) {
  askInDialog({
    title: t("action.merge"),
    words: t("action.merge.words", { id }),
    fields: [field("into", t("field.into"), input()), reasonField()],
    button: t("action.merge"),
    submit: (values) => order("POST", customerPath(id, "/merge"), values),
    done: (answer) => {
      tellOutcome(answer, t("merge.done"));
      changed();
    },
  });
}

function unmerge(id, changed) {
  askInDialog({
    title: t("action.unmerge"),
    words: t("action.unmerge.words", { id }),
    fields: [reasonField()],
    button: t("action.unmerge"),
    submit: ({ reason }) => order("POST", customerPath(id, "/unmerge"), { reason }),
    done: (answer) => {
      tellOutcome(answer, t("unmerge.done"));
      changed();
    },
  });
}

function erase(id, changed) {
  askInDialog({
    title: t("action.erase"),
    words: t("action.erase.words", { id }),
    fields: [
      field(
        "confirm",
        t("field.confirm", { id }),
        input({ autocomplete: "off", spellcheck: "false" }),
      ),
      reasonField(),
    ],
    button: t("action.erase"),
    danger: true,
    submit: async ({ confirm, reason }) => {
      if (confirm !== id) throw new Error(t("erase.differs"));
      return order("POST", customerPath(id, "/erase"), { confirm, reason });
    },
    done: (answer) => {
      tellOutcome(answer, t("erase.done"));
      changed();
    },
  });
}
