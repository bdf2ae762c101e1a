// @ts-check
import { forgetRoom } from "./forget.js";
import { mountApp } from "../ui/app.js";
import { remember, remembered } from "../ui/i18n.js";
import { Call } from "./call.js";
import { systemClock } from "./clock.js";
import { mark } from "./marks.js";
import { SecureSession } from "./secure-session.js";
import { createStore } from "./store.js";

mark("page");

/** Longest that the interface may lag behind where nothing is painted: a hidden page still has to play who joins. */
const LAG = 100;

/**
 * Runs when the browser is about to paint: whatever changes until then is drawn once, and what the node has said
 * meanwhile is heard first.
 * @param {() => void} task
 */
function beforePaint(task) {
  let done = false;
  const once = () => {
    if (!done) task();
    done = true;
  };
  requestAnimationFrame(once);
  setTimeout(once, LAG);
}

const store = createStore(undefined, beforePaint);
const call = new Call(store, {
  clock: systemClock,
  location,
  history,
  secureContext: isSecureContext,
  online: () => navigator.onLine,
  canChooseSpeaker: "setSinkId" in HTMLMediaElement.prototype,
  media: navigator.mediaDevices,
  copy: (text) => navigator.clipboard.writeText(text),
  openSecure: ({ room, fragment, password }) => SecureSession.open({ room, secret: fragment, password }),
  forget: forgetRoom,
  leaveNoTrace: {
    hide: () => document.documentElement.hidden = true,
    go: () => location.replace("/time.html"),
  },
  remembered: (key) => remembered(`tertulia.${key}`),
  remember: (key, value) => remember(`tertulia.${key}`, value),
  createHost: (room) => SecureSession.createHost(room),
  keepRoom: async (room) =>
    remembered("tertulia.account") === null || (await import("../account/own-rooms.js")).keepRoom(room),
  followRoom: async (address) =>
    remembered("tertulia.account") === null || (await import("../account/own-rooms.js")).followRoom(address),
  importHost: (room, seed, host) => SecureSession.importHost(room, seed, host),
});

addEventListener("popstate", () => call.navigate());
addEventListener("online", () => call.wake());
addEventListener("offline", () => call.wake());
// Firefox drops what is sent on pagehide when it navigates, and says nothing before it closes a tab.
for (const event of ["beforeunload", "pagehide"]) addEventListener(event, () => call.sayGoodbye());
addEventListener("pageshow", ({ persisted }) => persisted && call.open());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && call.wake());

mountApp(/** @type {HTMLElement} */ (document.getElementById("app")), store, call);
call.open();
