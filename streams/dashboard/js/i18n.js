/** Words in the chosen language. What a policy names comes from the policy itself. */

import { language } from "./preferences.js";
import { english } from "./words/en.js";
import { chinese } from "./words/zh.js";

const WORDS = { en: english, zh: chinese };

/**
 * The words of a key, with `{name}` filled in.
 * @param {string} key
 * @param {Record<string, any>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const text = WORDS[language()][key] ?? english[key];
  if (text === undefined) {
    // One word less is better than a page less.
    console.error(`no words for ${key}`);
    return plain(key.split(".").at(-1));
  }
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** @param {string} key @returns {boolean} whether there are words for it */
export function has(key) {
  return key in english;
}

/**
 * A display name of the policy, else the name made readable.
 * @param {Record<string, string>|null|undefined} label `{en, zh}`
 * @param {string|null} name
 * @returns {string}
 */
export function named(label, name) {
  return label?.[language()] ?? label?.en ?? plain(name);
}

/**
 * A name of the policy as people would write it.
 * @param {string|null} name
 */
export function plain(name) {
  if (name === null || name === undefined) return t("none");
  const spaced = String(name).replaceAll(/[_-]/g, " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/**
 * A reading in words: `spend(90)` is "Spend, 90 days".
 * @param {string} text
 */
export function reading(text) {
  const found = /^(\w+)(?:\((.*)\))?$/.exec(text);
  if (!found || !has(`reading.${found[1]}`)) return text;
  const name = t(`reading.${found[1]}`);
  const inside = (found[2] ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
  const days = inside.find((part) => /^\d+$/.test(part));
  const kind = inside.find((part) => /^[a-z_]+$/.test(part));
  const ending = inside.find((part) => part.startsWith("ending"));
  const named = kind ? t("reading.of", { name, kind: plain(kind).toLowerCase() }) : name;
  const windowed = days ? t("reading.days", { name: named, days }) : named;
  return ending ? t("reading.ending", { name: windowed, days: ending.split("=")[1] }) : windowed;
}

/**
 * A trigger in words; one the board does not know keeps its policy's name.
 * @param {string|null} name
 */
export function trigger(name) {
  return has(`trigger.${name}`) ? t(`trigger.${name}`) : plain(name);
}
