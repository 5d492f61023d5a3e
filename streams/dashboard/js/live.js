/** The stream of the API: status every second, changes as they come, and whether it is heard. */

import { get } from "./api.js";

const SILENCE_MS = 8_000;
const RETRY_MS = 2_000;

/**
 * What is known live. Events: `status` and `change` (detail: the body), `gap` when changes may
 * have been missed, `connection`.
 */
class Live extends EventTarget {
  /** @type {any} the last status */
  status = null;
  /** @type {"connecting"|"live"|"lost"} */
  connection = "connecting";
  #source = null;
  #timer = 0;

  /** Begin to listen. */
  start() {
    if (this.#source === null) this.#open();
  }

  /** Stop, as when a session ends. */
  stop() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.#say("connecting");
  }

  #open() {
    const source = new EventSource("/api/stream");
    this.#source = source;
    source.addEventListener("status", (event) => {
      this.#heard();
      this.status = JSON.parse(event.data);
      this.#tell("status", this.status);
    });
    source.addEventListener("change", (event) => this.#tell("change", JSON.parse(event.data)));
    source.addEventListener("gap", () => this.#tell("gap", null));
    source.addEventListener("error", () => this.#lost());
    this.#watch();
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #heard() {
    this.#watch();
    this.#say("live");
  }

  /** A status comes each second: who hears nothing for longer has a dead line. */
  #watch() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#again(), SILENCE_MS);
  }

  #lost() {
    this.#say("lost");
    // A broken line is mended by the browser, which tells the server what it heard last.
    if (this.#source.readyState !== EventSource.CLOSED) return;
    // A refusal is final for an EventSource. Perhaps the session has ended: ask plainly.
    get("/api/me").catch(() => {});
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#again(), RETRY_MS);
  }

  #again() {
    this.#say("lost");
    this.#source?.close();
    this.#open();
    // The new source does not know what the old one heard.
    this.#tell("gap", null);
  }

  #say(connection) {
    if (this.connection === connection) return;
    this.connection = connection;
    this.dispatchEvent(new Event("connection"));
  }
}

/** The one stream of the page. */
export const live = new Live();

/**
 * Listen until told to stop.
 * @param {"status"|"change"|"gap"|"connection"} name
 * @param {(detail: any) => void} listener
 * @returns {() => void}
 */
export function onLive(name, listener) {
  const heard = (event) => listener(event.detail);
  live.addEventListener(name, heard);
  return () => live.removeEventListener(name, heard);
}

/**
 * Run at most once every `ms`, always after the last call.
 * @param {() => void} run
 * @param {number} ms
 * @returns {() => void} ask for a run
 */
export function calmly(run, ms) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      run();
    }, ms);
  };
}
