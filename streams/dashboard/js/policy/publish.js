/** Publishing a policy, and going back to an earlier version. */

import { send } from "../api.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { askInDialog, field, say } from "../parts/dialog.js";

/** @param {string} text @param {() => void} done */
export function publish(text, done) {
  const sure = h("input", { type: "checkbox", value: "yes" });
  askInDialog({
    title: t("publish.title"),
    words: t("publish.words"),
    fields: [
      field(
        "effective_from",
        t("publish.from"),
        h("input.input", { type: "date" }),
        t("publish.from.hint"),
      ),
      h("label.check", {}, sure, h("span", {}, t("publish.confirm"))),
    ],
    button: t("publish.button"),
    submit: ({ effective_from }) =>
      send("POST", "/api/policies/publish", {
        text,
        confirm: sure.checked,
        ...(effective_from ? { effective_from } : {}),
      }),
    done: (record) => {
      say(t("publish.done", { n: record.version }));
      done();
    },
  });
}

/** @param {any} version @param {() => void} done */
export function rollBack(version, done) {
  askInDialog({
    title: t("rollback.title", { n: version.version }),
    words: t("rollback.words"),
    fields: [
      field(
        "reason",
        t("field.reason"),
        h("input.input", { required: true, maxlength: 500 }),
        t("field.reason.hint"),
      ),
    ],
    button: t("rollback.button"),
    submit: ({ reason }) =>
      send("POST", "/api/policies/rollback", { version: version.version, reason }),
    done: () => {
      say(t("rollback.done", { n: version.version }));
      done();
    },
  });
}
