/** What surrounds every page: name, navigation, freshness, and the choices of this device. */

import { fill, h } from "./dom.js";
import { plain, t } from "./i18n.js";
import { freshnessBadge } from "./parts/freshness.js";
import { staleBanner } from "./parts/stale.js";
import { language, setLanguage, setTheme, theme } from "./preferences.js";
import { linkTo } from "./router.js";
import { signOut, whoIsLooking } from "./session.js";

const LINKS = ["board", "customers", "policy", "reviews", "reports"];

/**
 * Draw the frame around a page.
 * @param {Element} app
 * @param {HTMLElement} main
 * @param {() => void} restart after signing out
 * @returns {() => void} end what it keeps running
 */
export function frame(app, main, restart) {
  const badge = freshnessBadge();
  const banner = staleBanner();
  fill(
    app,
    h("a.skip", { href: "#main", onclick: (event) => skip(event, main) }, t("skip")),
    h(
      "header.top",
      {},
      brand(),
      navigation(),
      h("div.top-end", {}, badge.element, choices(restart)),
    ),
    banner.element,
    main,
  );
  return () => {
    badge.end();
    banner.end();
  };
}

/** @param {string} name the page shown */
export function markPlace(name) {
  for (const link of document.querySelectorAll("nav.places a")) {
    if (link.dataset.place === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function skip(event, main) {
  event.preventDefault();
  main.focus();
}

function brand() {
  return h(
    "a.brand",
    { href: linkTo("board"), "aria-label": t("brand.label") },
    h("img", { src: "/static/icon.svg", alt: "", width: 28, height: 28 }),
    h("span", {}, "regrade"),
  );
}

function navigation() {
  const links = LINKS.map((name) =>
    h("li", {}, h("a", { href: linkTo(name), "data-place": name }, t(`nav.${name}`))),
  );
  return h("nav.places", { "aria-label": t("nav.label") }, h("ul", {}, links));
}

function choices(restart) {
  const other = language() === "zh" ? "en" : "zh";
  const look = h("button.icon-button", { type: "button", onclick: () => turn(look) });
  nameLook(look);
  return h(
    "div.choices",
    {},
    h(
      "button.icon-button.language",
      {
        type: "button",
        lang: other,
        "aria-label": t("language.switch"),
        onclick: () => setLanguage(other),
      },
      other === "zh" ? "中" : "EN",
    ),
    look,
    who(restart),
  );
}

function turn(button) {
  setTheme(theme() === "dark" ? "light" : "dark");
  nameLook(button);
}

function nameLook(button) {
  const dark = theme() === "dark";
  button.setAttribute("aria-label", t(dark ? "theme.light" : "theme.dark"));
  fill(button, h("span", { "aria-hidden": "true" }, dark ? "☀" : "☾"));
}

function who(restart) {
  const me = whoIsLooking();
  if (!me || me.open) return null;
  const leave = async () => {
    await signOut();
    restart();
  };
  return h(
    "details.menu",
    {},
    h(
      "summary",
      { "aria-label": t("who.label", { name: me.name }) },
      h("span.initial", { "aria-hidden": "true" }, (me.name ?? "?").slice(0, 1).toUpperCase()),
    ),
    h(
      "div.menu-body",
      {},
      h(
        "p",
        {},
        h("strong", {}, me.name),
        " ",
        h("span.muted", {}, t(`role.${me.role}`) ?? plain(me.role)),
      ),
      h("button.button", { type: "button", onclick: leave }, t("sign-out")),
    ),
  );
}
