/** Orders to the workers: carried out, refused, or still under way. */

import { send } from "../api.js";
import { t } from "../i18n.js";
import { say } from "./dialog.js";

/**
 * Order something; a worker's refusal is an error with its words.
 * @param {"POST"|"PUT"|"DELETE"} method
 * @param {string} path
 * @param {any} body
 */
export async function order(method, path, body) {
  const answer = await send(method, path, body);
  const refused = answer.results?.find((one) => one.outcome === "rejected");
  if (refused) throw new Error(refused.detail);
  return answer;
}

/**
 * Say what became of it: done, in these words, or not yet.
 * @param {any} answer
 * @param {string} done
 */
export function tellOutcome(answer, done) {
  say(answer?.pending?.length ? t("command.pending") : done);
}
