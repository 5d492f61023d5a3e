/** Pages by the part of the address after `#`: nothing of it is sent to a server. */

/**
 * @typedef {{name: string, argument: string|null}} Place
 */

const NAMES = ["board", "customers", "policy", "reviews", "reports"];

/** @returns {Place} where the address points */
export function place() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
  const argument = rest.length ? decode(rest.join("/")) : null;
  return NAMES.includes(name) ? { name, argument } : { name: "board", argument: null };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param {string} name @param {string|null} [argument] @returns {string} a link there */
export function linkTo(name, argument = null) {
  const start = name === "board" ? "#/" : `#/${name}`;
  return argument === null ? start : `${start}/${encodeURIComponent(argument)}`;
}

/** @param {(place: Place) => void} listener called on every move */
export function onMove(listener) {
  addEventListener("hashchange", () => listener(place()));
}
