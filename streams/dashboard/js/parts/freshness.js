/** How fresh everything on the page is, in the corner that is always seen. */

import { fill, h } from "../dom.js";
import { day, instant, number } from "../format.js";
import { t } from "../i18n.js";
import { live, onLive } from "../live.js";
import { linkTo } from "../router.js";

/** @returns {"connecting"|"lost"|"stale"|"behind"|"live"} */
export function condition() {
  if (live.connection === "lost") return "lost";
  if (live.status === null) return "connecting";
  if (live.status.freshness.stale) return "stale";
  return (live.status.freshness.lag_records ?? 0) > 1_000 ? "behind" : "live";
}

/** @returns {{element: HTMLElement, end: () => void}} */
export function freshnessBadge() {
  const summary = h("summary");
  const body = h("div.menu-body");
  const element = h("details.menu.freshness", {}, summary, body);
  const announce = h("span.visually-hidden", { role: "status" });
  let said = condition();
  const draw = () => {
    const now = condition();
    element.dataset.condition = now;
    fill(summary, head(now));
    if (element.open) fill(body, rows());
    if (now !== said && (now === "lost" || said === "lost" || now === "stale"))
      announce.textContent = t(`fresh.${now}`);
    said = now;
  };
  element.addEventListener("toggle", draw);
  draw();
  const ends = [onLive("status", draw), onLive("connection", draw)];
  return {
    element: h("div.fresh", {}, element, announce),
    end: () => ends.forEach((end) => end()),
  };
}

function head(now) {
  const fresh = live.status?.freshness;
  return [
    h("i.fresh-dot", { "aria-hidden": "true" }),
    h("span.fresh-word", {}, t(`fresh.${now}`)),
    fresh?.as_of && h("span.fresh-day", {}, day(fresh.as_of)),
    fresh && h("span.fresh-lag", {}, t("fresh.lag", { n: number(fresh.lag_records) })),
  ];
}

function rows() {
  const status = live.status;
  if (!status) return h("p", {}, t("fresh.connecting"));
  const fresh = status.freshness;
  const facts = [
    [t("fresh.as_of"), day(fresh.as_of)],
    [t("fresh.watermark"), instant(fresh.watermark)],
    [t("fresh.lag_records"), number(fresh.lag_records)],
    [t("fresh.pace"), number(status.events_per_second)],
    [
      t("fresh.policy"),
      h("a", { href: linkTo("policy") }, `${fresh.policy.id} v${fresh.policy.version}`),
    ],
    [t("fresh.fingerprint"), h("code", {}, String(fresh.policy.fingerprint ?? "–").slice(0, 12))],
    [t("fresh.partitions"), number(status.partitions?.length)],
  ];
  return h(
    "dl.facts",
    {},
    facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
}
