/** Elements, made in one line each. Styles are classes; nothing writes a style attribute. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element: `h("a.button", {href: "#/"}, "Board")`. Functions named `on...` listen;
 * null and false attributes and children are left out.
 * @param {string} name tag with classes after dots
 * @param {Record<string, any>} [attributes]
 * @param {...any} children nodes, strings, numbers, or arrays of them
 * @returns {HTMLElement}
 */
export function h(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return filled(document.createElement(tag), classes, attributes, children);
}

/**
 * The same for SVG.
 * @returns {SVGElement}
 */
export function s(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return filled(document.createElementNS(SVG, tag), classes, attributes, children);
}

function filled(element, classes, attributes, children) {
  if (classes.length) element.setAttribute("class", classes.join(" "));
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "class") element.classList.add(...String(value).split(" ").filter(Boolean));
    else if (key === "value" && "value" in element) element.value = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...shown(children));
  return element;
}

/**
 * Children that are there, flat.
 * @param {any[]} children
 * @returns {(Node|string)[]}
 */
function shown(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}

/**
 * Replace what an element holds.
 * @param {Element} element
 * @param {...any} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...shown(children));
}

let last = 0;

/** @returns {string} an id nobody has */
export function freshId() {
  last += 1;
  return `x${last}`;
}
