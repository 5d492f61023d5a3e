/** A policy's text to edit, checked while it is typed: what is wrong stands beside its line. */

import { send } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { wordsOf } from "../parts/states.js";

const PAUSE_MS = 350;

/**
 * @param {{changed: (text: string, valid: boolean) => void, readonly?: boolean}} given
 * @returns {{element: HTMLElement, text: () => string, load: (text: string) => void,
 *   policy: () => {id: string, version: number}|null, renumber: (version: number) => void}}
 *   `policy`: what a valid text calls itself
 */
export function editor({ changed, readonly = false }) {
  const numbers = h("pre.editor-lines", { "aria-hidden": "true" });
  const area = h("textarea.editor-text", {
    id: "policy-text",
    spellcheck: "false",
    autocapitalize: "off",
    autocomplete: "off",
    wrap: "off",
    readonly,
    "aria-describedby": "policy-verdict",
  });
  const verdict = h("p.verdict", { id: "policy-verdict", role: "status" });
  const problems = h("ol.problems");
  let timer = 0;
  let turn = 0;
  let policy = null;

  function draw(wrong = new Set()) {
    const lines = area.value.split("\n").length;
    fill(
      numbers,
      Array.from({ length: lines }, (_, at) =>
        h("span", { class: wrong.has(at + 1) ? "wrong" : "" }, `${at + 1}\n`),
      ),
    );
    numbers.scrollTop = area.scrollTop;
  }

  async function check() {
    turn += 1;
    const mine = turn;
    try {
      const answer = await send("POST", "/api/policies/check", { text: area.value });
      if (mine !== turn) return;
      policy = answer.policy ?? null;
      tell(answer.problems);
    } catch (problem) {
      if (mine === turn) say("unknown", wordsOf(problem));
    }
  }

  function tell(found) {
    draw(new Set(found.map((one) => one.line)));
    fill(
      problems,
      found.map((one) =>
        h(
          "li",
          {},
          h(
            "button.problem",
            { type: "button", onclick: () => jump(one.line) },
            h("span.problem-line", {}, t("policy.line", { n: one.line })),
            h("span", {}, one.path && h("code", {}, one.path), " ", one.message),
          ),
        ),
      ),
    );
    say(
      found.length ? "wrong" : "right",
      found.length ? t("policy.problems", { n: found.length }) : t("policy.valid"),
    );
    changed(area.value, found.length === 0);
  }

  function say(kind, words) {
    verdict.dataset.kind = kind;
    fill(verdict, words);
  }

  function jump(line) {
    const before =
      area.value
        .split("\n")
        .slice(0, line - 1)
        .join("\n").length + (line > 1 ? 1 : 0);
    const end = area.value.indexOf("\n", before);
    area.focus();
    area.setSelectionRange(before, end < 0 ? area.value.length : end);
    area.scrollTop = Math.max(0, (line - 6) * parseFloat(getComputedStyle(area).lineHeight));
  }

  function load(text) {
    area.value = text;
    draw();
    check();
  }

  area.addEventListener("scroll", () => (numbers.scrollTop = area.scrollTop));
  area.addEventListener("input", () => {
    draw();
    say("checking", t("policy.checking"));
    changed(area.value, false);
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE_MS);
  });
  return {
    element: h(
      "div.editor",
      {},
      h("label.visually-hidden", { for: "policy-text" }, t("policy.text")),
      h("div.editor-box", {}, numbers, area),
      verdict,
      problems,
    ),
    text: () => area.value,
    load,
    policy: () => policy,
    renumber: (version) => load(area.value.replace(/^version:.*$/m, `version: ${version}`)),
  };
}
