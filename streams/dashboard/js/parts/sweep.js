/** How far a new policy has come through the customers. */

import { bar } from "../charts/bar.js";
import { fill, h } from "../dom.js";
import { number, percent } from "../format.js";
import { t } from "../i18n.js";

/** @returns {{element: HTMLElement, show: (sweep: any) => void}} */
export function sweepBar() {
  const element = h("div.sweep", { hidden: true });
  const show = (sweep) => {
    element.hidden = !sweep?.running;
    if (!sweep?.running) return;
    const share = sweep.total ? sweep.done / sweep.total : 0;
    fill(
      element,
      h(
        "span.sweep-words",
        {},
        t("sweep.running", {
          done: number(sweep.done),
          total: number(sweep.total),
          share: percent(share),
        }),
      ),
      bar(share, "sweep-bar"),
    );
  };
  return { element, show };
}
