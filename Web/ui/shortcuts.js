// @ts-check
import { isModerator } from "../app/permissions.js";
import { mayFreeze } from "./rules-words.js";
/** @typedef {import("./view.js").Context} Context */

/**
 * Single keys of the call, without modifiers: Ctrl, Alt and Meta stay the browser's and the screen reader's.
 * @type {{ key: string, shown: string, words: string, act: (context: Context) => void }[]}
 */
export const SHORTCUTS = [
  { key: "m", shown: "M", words: "help.mic", act: ({ call }) => call.toggleMic() },
  { key: "v", shown: "V", words: "help.camera", act: ({ call }) => call.toggleCamera() },
  { key: "s", shown: "S", words: "help.screen", act: ({ call, store }) => toggleScreen(call, store.get().self.screen) },
  { key: "h", shown: "H", words: "help.hand", act: ({ call, store }) => call.setHand(!store.get().self.hand) },
  { key: "c", shown: "C", words: "help.chat", act: (context) => togglePanel(context, "chat") },
  { key: "p", shown: "P", words: "help.people", act: (context) => togglePanel(context, "people") },
  { key: "i", shown: "I", words: "help.invite", act: ({ set }) => set({ sheet: "invite" }) },
  { key: "d", shown: "D", words: "help.details", act: ({ set }) => set({ sheet: "details" }) },
  { key: "f", shown: "F", words: "help.freeze", act: (context) => freeze(context) },
  { key: "r", shown: "R", words: "help.host", act: (context) => openHost(context) },
  { key: "?", shown: "?", words: "help.help", act: ({ set }) => set({ sheet: "help" }) },
];

/** @param {Context["call"]} call @param {boolean} on */
function toggleScreen(call, on) {
  if (on) call.stopScreen();
  else call.startScreen();
}

/** Pressed twice it freezes all the same: nothing but a deliberate press of the button goes on. @param {Context} context */
function freeze({ call, store }) {
  const { self, security } = store.get();
  if (mayFreeze(self, security)) call.hosting.freeze();
}

/** @param {Context} context */
function openHost({ set, store }) {
  if (isModerator(store.get().self.role)) set({ sheet: "host" });
}

/** @param {Context} context @param {"chat" | "people"} panel */
function togglePanel({ look, set }, panel) {
  set({ panel: look().panel === panel ? null : panel });
}

/**
 * The shortcut that a key press means, if any.
 * @param {{ key: string, ctrlKey: boolean, altKey: boolean, metaKey: boolean, repeat: boolean, isComposing: boolean }} event
 * @param {boolean} typing the focus is where letters are text
 */
export function shortcutFor(event, typing) {
  if (typing || event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return null;
  return SHORTCUTS.find(({ key }) => key === event.key.toLowerCase()) ?? null;
}

/** Listens while a call is on. @param {Context} context @returns {() => void} stops */
export function listenForShortcuts(context) {
  const press = (/** @type {KeyboardEvent} */ event) => {
    const { shortcuts, sheet } = context.look();
    if (!shortcuts || sheet || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : null;
    const typing = target?.closest("input, textarea, select, [contenteditable]");
    const shortcut = shortcutFor(event, Boolean(typing));
    if (!shortcut) return;
    event.preventDefault();
    shortcut.act(context);
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}
