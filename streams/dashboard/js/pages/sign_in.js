/** The form that takes a key. */

import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { wordsOf } from "../parts/states.js";
import { signIn } from "../session.js";

/**
 * @param {() => void} done called once the key was accepted
 * @returns {HTMLElement}
 */
export function signInPage(done) {
  const key = h("input.input", {
    id: "key",
    name: "key",
    type: "password",
    autocomplete: "current-password",
    required: true,
    spellcheck: "false",
  });
  const problem = h("p.field-problem", { role: "alert" });
  const button = h("button.button.primary", { type: "submit" }, t("sign-in.button"));
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    fill(problem);
    try {
      if ((await signIn(key.value.trim())) === null)
        throw { status: 401, message: t("sign-in.refused") };
      done();
    } catch (refusal) {
      fill(problem, refusal.status === 401 ? t("sign-in.refused") : wordsOf(refusal));
      button.disabled = false;
      key.focus();
    }
  };
  return h(
    "main.sign-in",
    {},
    h(
      "form.sign-in-card",
      { onsubmit: submit },
      h("img", { src: "/static/icon.svg", alt: "", width: 56, height: 56 }),
      h("h1", {}, t("sign-in.title")),
      h("p.muted", {}, t("sign-in.words")),
      h("label", { for: "key" }, t("sign-in.key")),
      key,
      problem,
      button,
    ),
  );
}
