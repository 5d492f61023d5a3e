/** What a person chose on this device: theme, language, whether ids are masked. */

const changed = new EventTarget();

function read(name) {
  try {
    return localStorage.getItem(`regrade.${name}`);
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    localStorage.setItem(`regrade.${name}`, value);
  } catch {
    // Forbidden storage: the choice lasts as long as the page.
  }
  changed.dispatchEvent(new CustomEvent(name, { detail: value }));
}

let masked = read("masked") !== "no";

/** @returns {"light"|"dark"} what is seen now; early.js has settled it */
export function theme() {
  return document.documentElement.dataset.theme === "dark" ? "dark" : "light";
}

/** @param {"light"|"dark"} value */
export function setTheme(value) {
  document.documentElement.dataset.theme = value;
  write("theme", value);
}

/** @returns {"en"|"zh"} */
export function language() {
  return document.documentElement.lang.startsWith("zh") ? "zh" : "en";
}

/** @param {"en"|"zh"} value */
export function setLanguage(value) {
  document.documentElement.lang = value;
  write("language", value);
}

/** @returns {boolean} whether ids on the board are shortened */
export function idsMasked() {
  return masked;
}

/** @param {boolean} value */
export function setMasked(value) {
  masked = value;
  write("masked", value ? "yes" : "no");
}

/**
 * Be told of a choice.
 * @param {"theme"|"language"|"masked"} name
 * @param {() => void} listener
 * @returns {() => void} stop being told
 */
export function onPreference(name, listener) {
  changed.addEventListener(name, listener);
  return () => changed.removeEventListener(name, listener);
}
