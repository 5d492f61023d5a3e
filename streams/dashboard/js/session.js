/** Who is looking: name and role of the key, and what it may do. */

import { ApiError, get, send } from "./api.js";

const RANKS = { viewer: 0, operator: 1, admin: 2 };

/** @type {{name: string|null, role: string, open: boolean}|null} */
let me = null;

/** @returns {typeof me} */
export function whoIsLooking() {
  return me;
}

/** @param {"viewer"|"operator"|"admin"} role @returns {boolean} */
export function may(role) {
  return me !== null && (me.open || RANKS[me.role] >= RANKS[role]);
}

/** Ask the API who this is; null: nobody, a key is needed. */
export async function recognise() {
  try {
    me = await get("/api/me");
  } catch (problem) {
    if (!(problem instanceof ApiError) || ![401, 403].includes(problem.status)) throw problem;
    me = null;
  }
  return me;
}

/** @param {string} key */
export async function signIn(key) {
  await send("POST", "/api/session", { key });
  return recognise();
}

/** Forget the key. */
export async function signOut() {
  await send("DELETE", "/api/session");
  me = null;
}
