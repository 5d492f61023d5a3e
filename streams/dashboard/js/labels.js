/** Labels as the policy in force has them: display names of labels and values. */

import { named } from "./i18n.js";

/** @type {Map<string, any>} */
let known = new Map();

/** @param {any[]} labels as /api/labels tells them */
export function learnLabels(labels) {
  known = new Map(labels.map((label) => [label.name, label]));
}

/** @param {string} name */
export function labelName(name) {
  return named(known.get(name)?.label, name);
}

/** @param {string} name @param {string|null} value */
export function labelValue(name, value) {
  const found = known.get(name)?.values.find((row) => row.value === value);
  return named(found?.label, value);
}
