/** The queue of cases that wait for a person. */

import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { day } from "../format.js";
import { plain, t, trigger } from "../i18n.js";
import { onLive, calmly } from "../live.js";
import { customerLink, moveOf } from "../parts/change_row.js";
import { askInDialog, field } from "../parts/dialog.js";
import { order, tellOutcome } from "../parts/order.js";
import { fetched, panel } from "../parts/panel.js";
import { emptyState } from "../parts/states.js";
import { may } from "../session.js";

const CALM_MS = 3_000;

/** @param {HTMLElement} main @returns {() => void} */
export function reviews(main) {
  const place = h("div");
  fill(
    main,
    h("h1", {}, t("nav.reviews")),
    h("p.muted", {}, t("reviews.words")),
    panel(t("reviews.open"), {}, place),
  );
  const again = fetched(
    place,
    () => get("/api/reviews"),
    (answer) => casesOf(answer.cases, () => again({ quiet: true })),
  );
  again();
  return onLive(
    "change",
    calmly(() => again({ quiet: true }), CALM_MS),
  );
}

function casesOf(cases, changed) {
  if (!cases.length) return emptyState(t("reviews.none"), t("reviews.none.advice"));
  return h(
    "ul.cases",
    {},
    cases.map((one) => caseOf(one, changed)),
  );
}

function caseOf(one, changed) {
  const words = {
    rule: plain(one.rule),
    trigger: trigger(one.trigger),
    opened: day(one.opened_on),
    deadline: day(one.deadline),
  };
  const decide = (decision, kind) =>
    h(
      "button.button",
      { type: "button", class: kind, onclick: () => resolve(one, decision, changed) },
      t(`review.${decision}`),
    );
  return h(
    "li.case",
    {},
    h(
      "div.case-main",
      {},
      h("p.change-move", {}, customerLink(one.customer_id, false), moveOf(one)),
      h(
        "p.muted",
        {},
        [t("review.rule", words), t(`review.silence.${one.default}`, words)].join(" "),
      ),
    ),
    may("operator") && h("div.row", {}, decide("approve", "primary"), decide("reject", "")),
  );
}

function resolve(one, decision, changed) {
  askInDialog({
    title: t(`review.${decision}`),
    words: t(`review.${decision}.words`),
    fields: [
      field(
        "reason",
        t("field.reason"),
        h("input.input", { required: true, maxlength: 256 }),
        t("field.reason.hint"),
      ),
    ],
    button: t(`review.${decision}`),
    submit: ({ reason }) =>
      order("POST", `/api/reviews/${encodeURIComponent(one.case)}/resolve`, {
        decision,
        reason,
      }),
    done: (answer) => {
      tellOutcome(answer, t("review.done"));
      changed();
    },
  });
}
