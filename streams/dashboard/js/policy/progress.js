/** What becomes of a version that was published: taken by the partitions, then by the customers. */

import { bar } from "../charts/bar.js";
import { fill, h } from "../dom.js";
import { instant, number } from "../format.js";
import { t } from "../i18n.js";

/**
 * @param {{tag: string, version: number, effective_from: string}} published as the API tells it
 * @returns {{element: HTMLElement, show: (status: any) => void}}
 */
export function progress({ tag, version, effective_from: from }) {
  const steps = h("ol.progress");
  const verdict = h("p.state-title", { role: "status" });
  let told = "";

  function show(status) {
    if (!status) return;
    const partitions = status.partitions.length;
    const mine = status.policies.find((one) => one.policy === tag);
    const taken = mine?.partitions ?? 0;
    const all = taken === partitions && partitions > 0;
    const swept = all && !mine.sweeping;
    const reached = swept ? mine.customers : (mine?.reached ?? 0);
    const planned = !taken && Date.parse(from) > Date.now();
    fill(
      steps,
      step(t("progress.published"), true),
      planned
        ? step(t("progress.planned", { day: instant(from) }), false)
        : step(
            t("progress.taken", { n: number(taken), of: number(partitions) }),
            all,
            partitions ? taken / partitions : 0,
          ),
      step(
        t("progress.reached", { n: number(reached), of: number(mine?.customers ?? 0) }),
        swept,
        mine?.customers ? reached / mine.customers : Number(swept),
      ),
    );
    const words = t(swept ? "progress.done" : planned ? "progress.later" : "progress.running", {
      n: version,
    });
    // Read out when it changes, not each second.
    if (words !== told) fill(verdict, words);
    told = words;
  }
  return { element: h("div.published", {}, verdict, steps), show };
}

function step(words, done, share = null) {
  return h(
    "li",
    { class: done ? "done" : "" },
    h("span.progress-mark", { "aria-hidden": "true" }, done ? "✓" : "…"),
    h("span", {}, words),
    share !== null && bar(share, "sweep-bar"),
  );
}
