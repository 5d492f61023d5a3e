/** A table of rows under a head; it scrolls by itself where it is too wide. */

import { h } from "../dom.js";

/**
 * @param {{caption: string, head: any[], rows: any[][], groups?: [string, number][], class?: string}} given
 *   the first cell of a row names it; `groups`: names over so many columns each
 * @returns {HTMLElement}
 */
export function table({ caption, head, rows, groups, class: name = "" }) {
  const over =
    groups &&
    h(
      "tr.groups",
      {},
      groups.map(([text, span]) =>
        text ? h("th", { scope: "colgroup", colspan: span }, text) : h("td", { colspan: span }),
      ),
    );
  const names = h(
    "tr",
    {},
    head.map((text) => h("th", { scope: "col" }, text)),
  );
  const body = rows.map(([first, ...cells]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, first),
      cells.map((cell) => h("td", {}, cell)),
    ),
  );
  return scrolling(
    caption,
    h(
      "table.grid",
      { class: name },
      h("caption.visually-hidden", {}, caption),
      h("thead", {}, over, names),
      h("tbody", {}, body),
    ),
  );
}

/**
 * A region that scrolls sideways and can be reached by key.
 * @param {string} caption
 * @param {HTMLElement} inside
 * @returns {HTMLElement}
 */
export function scrolling(caption, inside) {
  return h("div.table-scroll", { tabindex: "0", role: "group", "aria-label": caption }, inside);
}
