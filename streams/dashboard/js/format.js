/** Numbers, shares and days as the chosen language writes them. */

import { t } from "./i18n.js";
import { language } from "./preferences.js";

const locale = () => (language() === "zh" ? "zh-CN" : "en-GB");

/** @param {number|null} value @param {number} [digits] most decimals */
export function number(value, digits = 0) {
  if (value === null || value === undefined) return "–";
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
}

/** Always with two decimals: a score, or money. @param {number|null} value */
export function exact(value) {
  if (value === null || value === undefined) return "–";
  return new Intl.NumberFormat(locale(), {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  }).format(value);
}

/** @param {number|null} value 0..1 */
export function percent(value) {
  if (value === null || value === undefined) return "–";
  return new Intl.NumberFormat(locale(), {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(value);
}

/** With its sign. @param {number} value */
export function signed(value) {
  return new Intl.NumberFormat(locale(), { signDisplay: "exceptZero" })
    .format(value)
    .replace("-", "−");
}

/** A reading's value by its unit. @param {number|null} value @param {string} [unit] */
export function measured(value, unit) {
  if (value === null || value === undefined) return t("nothing");
  if (unit === "money") return exact(value);
  if (unit === "ratio") return percent(value);
  return number(value, 2);
}

/** `2017-12-31` as "31 Dec 2017". @param {string|null} iso */
export function day(iso) {
  return dated(iso, { day: "numeric", month: "short", year: "numeric" });
}

/** Without the year. @param {string|null} iso */
export function shortDay(iso) {
  return dated(iso, { day: "numeric", month: "short" });
}

/** @param {string|null} iso */
export function month(iso) {
  return dated(iso, { month: "short", year: "numeric" });
}

function dated(iso, shape) {
  if (!iso) return "–";
  return new Intl.DateTimeFormat(locale(), { ...shape, timeZone: "UTC" }).format(
    new Date(`${iso.slice(0, 10)}T00:00:00Z`),
  );
}

/** An instant with its time of day. @param {string|null} iso */
export function instant(iso) {
  if (!iso) return "–";
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(iso),
  );
}

/** Whole days from one ISO day to another. @param {string} from @param {string} to */
export function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** An ISO day moved by whole days. @param {string} iso @param {number} by */
export function movedDay(iso, by) {
  return new Date(Date.parse(`${iso}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
}

/** A customer id as the wall may show it. @param {string} id */
export function maskedId(id) {
  const kept = id.length > 4 ? id.slice(0, 2) : id.slice(0, 1);
  return `${kept}•••`;
}
