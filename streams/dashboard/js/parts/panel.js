/** A titled part of a page, and one that fetches what it shows. */

import { fill, freshId, h } from "../dom.js";
import { errorState, loadingState } from "./states.js";

/**
 * @param {string} title
 * @param {{class?: string, controls?: any, note?: any}} [options]
 * @param {...any} body
 * @returns {HTMLElement}
 */
export function panel(title, options = {}, ...body) {
  const id = freshId();
  return h(
    "section.panel",
    { class: options.class ?? "", "aria-labelledby": id },
    h(
      "div.panel-head",
      {},
      h("h2", { id }, title),
      options.note && h("span.panel-note", {}, options.note),
      options.controls && h("div.panel-controls", {}, options.controls),
    ),
    ...body,
  );
}

/**
 * Ask and draw; loading and errors are shown meanwhile. A later answer never gives way to an earlier.
 * @template T
 * @param {Element} place
 * @param {() => Promise<T>} ask
 * @param {(answer: T) => any} draw gives what to show
 * @returns {(options?: {quiet?: boolean}) => Promise<void>} ask again; quiet: keep what is shown meanwhile
 */
export function fetched(place, ask, draw) {
  let turn = 0;
  const again = async ({ quiet = false } = {}) => {
    turn += 1;
    const mine = turn;
    if (!quiet) fill(place, loadingState());
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await ask();
      if (mine === turn) fill(place, draw(answer));
    } catch (problem) {
      // What was true a second ago is better than a message that the frame shows anyway.
      if (mine === turn && !(quiet && problem.status === 0))
        fill(
          place,
          errorState(problem, () => again()),
        );
    } finally {
      if (mine === turn) place.removeAttribute("aria-busy");
    }
  };
  return again;
}
