/** Search for a customer by the beginning of the id. */

import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { exact, number } from "../format.js";
import { t } from "../i18n.js";
import { emptyState, errorState } from "../parts/states.js";
import { linkTo } from "../router.js";
import { tierBadge } from "../tiers.js";

const PAUSE_MS = 180;

/** @param {string} [given] what to begin with @returns {HTMLElement} */
export function search(given = "") {
  const input = h("input.input.search-input", {
    type: "search",
    id: "search",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: t("search.placeholder"),
    value: given,
  });
  const count = h("p.visually-hidden", { role: "status" });
  const found = h("div.search-found");
  let timer = 0;
  let asking = new AbortController();

  async function look() {
    asking.abort();
    asking = new AbortController();
    const prefix = input.value.trim();
    if (!prefix) return fill(found);
    try {
      const { customers } = await get("/api/search", { prefix }, asking.signal);
      count.textContent = t("search.count", { n: number(customers.length) });
      fill(
        found,
        customers.length
          ? h("ul.hits", {}, customers.map(hit))
          : emptyState(t("search.none"), t("search.none.advice")),
      );
    } catch (problem) {
      if (problem.name !== "AbortError") fill(found, errorState(problem, look));
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  });
  const open = (event) => {
    event.preventDefault();
    const id = input.value.trim();
    if (id) location.hash = linkTo("customers", id);
  };
  return h(
    "section.search",
    {},
    h(
      "form",
      { role: "search", onsubmit: open },
      h("label", { for: "search" }, t("search.label")),
      input,
    ),
    count,
    found,
  );
}

function hit(row) {
  return h(
    "li",
    {},
    h(
      "a.hit",
      { href: linkTo("customers", row.customer_id) },
      h("span.hit-id", {}, row.customer_id),
      row.tier ? tierBadge(row.tier) : h("span.muted", {}, t("customer.ungraded")),
      h("span.muted", {}, exact(row.score)),
    ),
  );
}
