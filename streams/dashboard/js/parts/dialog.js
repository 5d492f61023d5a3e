/** A dialog with a form that sends something, and says what became of it. */

import { fill, freshId, h } from "../dom.js";
import { t } from "../i18n.js";
import { wordsOf } from "./states.js";

/**
 * @param {string} name of the field
 * @param {string} title
 * @param {HTMLElement} control
 * @param {string} [hint]
 * @returns {HTMLElement}
 */
export function field(name, title, control, hint = "") {
  control.id = freshId();
  control.setAttribute("name", name);
  return h(
    "div.field",
    {},
    h("label", { for: control.id }, title),
    control,
    hint && h("p.field-hint", {}, hint),
  );
}

/**
 * Ask for what a form holds and send it.
 * @param {{title: string, words?: any, fields?: HTMLElement[], button: string, danger?: boolean,
 *   submit: (values: Record<string, string>) => Promise<any>, done: (answer: any) => void}} given
 */
export function askInDialog({ title, words, fields = [], button, danger = false, submit, done }) {
  const id = freshId();
  const problem = h("p.field-problem", { role: "alert" });
  const go = h("button.button", { type: "submit", class: danger ? "danger" : "primary" }, button);
  const close = h("button.button", { type: "button", onclick: () => dialog.close() }, t("cancel"));
  const form = h(
    "form",
    { onsubmit: sent },
    h("h2", { id }, title),
    words && h("div.muted", {}, words),
    fields,
    problem,
    h("div.dialog-end", {}, close, go),
  );
  const dialog = h("dialog", { "aria-labelledby": id, onclose: () => dialog.remove() }, form);

  async function sent(event) {
    event.preventDefault();
    go.disabled = true;
    fill(problem);
    try {
      const answer = await submit(Object.fromEntries(new FormData(form).entries()));
      dialog.close();
      done(answer);
    } catch (refusal) {
      fill(problem, wordsOf(refusal));
      go.disabled = false;
    }
  }
  document.body.append(dialog);
  dialog.showModal();
}

/** A short message at the edge of the page; read out once. @param {string} words */
export function say(words) {
  const place =
    document.querySelector(".toasts") ??
    document.body.appendChild(h("div.toasts", { role: "status" }));
  const toast = h("p.toast", {}, words);
  place.append(toast);
  setTimeout(() => toast.remove(), 6_000);
}
