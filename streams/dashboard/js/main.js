/** Start: who is looking, the frame, and the page the address names. */

import { fill, h } from "./dom.js";
import { frame, markPlace } from "./frame.js";
import { t } from "./i18n.js";
import { learnPolicy } from "./learn.js";
import { live } from "./live.js";
import { board } from "./pages/board.js";
import { customers } from "./pages/customers.js";
import { policy } from "./pages/policy.js";
import { reports } from "./pages/reports.js";
import { reviews } from "./pages/reviews.js";
import { signInPage } from "./pages/sign_in.js";
import { errorState, loadingState } from "./parts/states.js";
import { onPreference } from "./preferences.js";
import { onMove, place } from "./router.js";
import { recognise, whoIsLooking } from "./session.js";

const PAGES = { board, customers, policy, reviews, reports };
const app = document.getElementById("app");

/** @type {() => void} ends what the shown page keeps running */
let leave = () => {};

async function start() {
  fill(app, h("main.lonely", {}, loadingState()));
  try {
    if ((await recognise()) === null) return askForKey();
    await learnPolicy();
  } catch (problem) {
    fill(app, h("main.lonely", {}, errorState(problem, start)));
    return;
  }
  live.start();
  draw();
}

function askForKey() {
  leave();
  leave = () => {};
  live.stop();
  document.title = `${t("sign-in.title")} · regrade`;
  fill(app, signInPage(start));
}

/** The whole page anew: at the start, and when the language changes. */
function draw() {
  leave();
  const main = h("main.page", { id: "main", tabindex: "-1" });
  const endFrame = frame(app, main, start);
  let endPage = show(main);
  const moved = () => {
    endPage();
    endPage = show(main);
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  };
  move = moved;
  leave = () => {
    endPage();
    endFrame();
    move = () => {};
  };
}

/** @type {() => void} */
let move = () => {};

function show(main) {
  const { name, argument } = place();
  document.title = `${t(`nav.${name}`)} · regrade`;
  markPlace(name);
  main.dataset.page = name;
  fill(main);
  return PAGES[name](main, argument) ?? (() => {});
}

onMove(() => move());
onPreference("language", () => (whoIsLooking() ? draw() : askForKey()));
addEventListener("regrade:signed-out", () => {
  if (whoIsLooking() !== null) start();
});
start();
