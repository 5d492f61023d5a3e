/** Questions to the API, and its refusals as errors with words. */

/** A refusal, or no answer at all (`status` 0). */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {string|null} where
   */
  constructor(status, code, message, where = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.where = where;
  }
}

/**
 * Ask, and give the JSON of the answer.
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options });
  } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    throw new ApiError(0, "no_answer", "");
  }
  const body = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (answer.ok) return body;
  const told = body?.error ?? {};
  if (answer.status === 401) dispatchEvent(new Event("regrade:signed-out"));
  throw new ApiError(answer.status, told.code ?? "error", told.message ?? "", told.where ?? null);
}

/**
 * @param {string} path
 * @param {Record<string, any>} [query] nulls are left out
 * @param {AbortSignal} [signal]
 */
export function get(path, query = {}, signal = undefined) {
  const given = Object.entries(query).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return ask(text ? `${path}?${text}` : path, { signal });
}

/**
 * @param {"POST"|"PUT"|"DELETE"} method
 * @param {string} path
 * @param {any} [body]
 */
export function send(method, path, body = {}) {
  return ask(path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** @param {string} id @returns {string} a customer's place */
export function customerPath(id, rest = "") {
  return `/api/client/${encodeURIComponent(id)}${rest}`;
}
