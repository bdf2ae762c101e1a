// @ts-check
// Which words say what: codes of the state to keys of the dictionary. Pure, so that a test can hold every code to a text.
import { t } from "./i18n.js";
import { isolated } from "./text.js";
/** @typedef {import("../app/types.js").Connection} Connection */
/** @typedef {import("../app/types.js").Notice} Notice */
/** @typedef {import("../app/types.js").Self} Self */
/** @typedef {import("../app/types.js").Comparison} Comparison */
/** @typedef {import("../app/types.js").Mode} Mode */
/** @typedef {import("../app/types.js").Quality} Quality */
/** @typedef {import("../app/types.js").Question} Question */
/** @typedef {import("./icons.js").IconName} IconName */

/** Shorter interruptions are nobody's business. */
const PATIENCE = 1000;

/** @typedef {{ short: string, long: string | null, retry: boolean, wait: number }} ConnectionWords */

/**
 * What to say about the connection: a short text for the bar above, and a sentence when the person should know.
 * @param {Connection} connection
 * @param {number} now milliseconds since the Unix epoch
 * @returns {ConnectionWords} keys; `wait` milliseconds until the answer changes by itself, 0 if never
 */
export function connectionWords({ state, detail, since }, now) {
  if (state === "connected") return { short: "connection.connected", long: null, retry: false, wait: 0 };
  if (state === "connecting") return { short: "connection.connecting", long: null, retry: false, wait: 0 };
  if (state === "failed") return { short: "connection.failed", long: "connection.failed_long", retry: true, wait: 0 };
  const wait = since + PATIENCE - now;
  if (wait > 0) return { short: "connection.connected", long: null, retry: false, wait };
  if (state === "media_lost") {
    const long = detail === "media_blocked" ? "connection.media_blocked_long" : "connection.media_lost_long";
    return { short: "connection.media_lost", long, retry: false, wait: 0 };
  }
  return {
    short: "connection.reconnecting",
    long: RECONNECTING[detail ?? ""] ?? "connection.reconnecting_long",
    retry: false,
    wait: 0,
  };
}

/** @type {Record<string, string>} */
const RECONNECTING = {
  offline: "connection.offline_long",
  server_restarting: "connection.restarting_long",
};

/** @type {Record<Quality, { icon: IconName, short: string }>} */
const QUALITY = {
  good: { icon: "signal", short: "quality.good" },
  weak: { icon: "signal-weak", short: "quality.weak" },
  weak_up: { icon: "signal-weak", short: "quality.weak_up" },
  unsteady: { icon: "signal-unsteady", short: "quality.unsteady" },
  poor: { icon: "signal-poor", short: "quality.poor" },
  busy: { icon: "busy", short: "quality.busy" },
};

/** Picture, two words and a sentence (keys); null while nothing is known. @param {Quality | null} quality */
export function qualityWords(quality) {
  return quality === null ? null : { ...QUALITY[quality], long: `${QUALITY[quality].short}_text` };
}

/** @type {Record<Mode, string>} */
const MODES = { full: "mode.full", low_data: "mode.low_data", audio_only: "mode.audio_only" };

/** What a mode is called and what it does (keys). @param {Mode} mode */
export function modeWords(mode) {
  return { short: MODES[mode], long: `${MODES[mode]}_text` };
}

/** @type {Record<Question, { icon: IconName, text: string, yes: string, no: string }>} */
const QUESTIONS = {
  low_data: { icon: "signal-weak", text: "saving.low_data", yes: "saving.low_data_yes", no: "saving.no" },
  audio_only: { icon: "signal-poor", text: "saving.audio_only", yes: "saving.audio_only_yes", no: "saving.no" },
  restore: { icon: "signal", text: "saving.restore", yes: "saving.restore_yes", no: "saving.no" },
  camera_off: {
    icon: "camera-off",
    text: "saving.camera_off",
    yes: "saving.camera_off_yes",
    no: "saving.camera_off_no",
  },
  camera_on: { icon: "camera", text: "saving.camera_on", yes: "saving.camera_on_yes", no: "saving.no" },
};

/** Picture and texts (keys) of the question above the stage. @param {Question} question */
export function questionWords(question) {
  return QUESTIONS[question];
}

/** `own` marks codes that sound different when they are about oneself. @type {Record<string, string>} */
const NOTICES = {
  joined: "notice.joined",
  left: "notice.left",
  lost: "notice.lost",
  reconnecting: "notice.reconnecting",
  recovered: "notice.recovered",
  server_restarting: "notice.server_restarting",
  server_restarted: "notice.server_restarted",
  media_recovered: "notice.media_recovered",
  screen_started: "notice.screen_started",
  screen_stopped: "notice.screen_stopped",
  screen_busy: "notice.screen_busy",
  screen_failed: "notice.screen_failed",
  link_copied: "notice.link_copied",
  copy_failed: "notice.copy_failed",
  message_too_long: "notice.message_too_long",
  message_failed: "notice.message_failed",
  mic_failed: "notice.mic_failed",
  camera_failed: "notice.camera_failed",
  device_lost: "notice.device_lost",
  rate_limited: "notice.rate_limited",
  member_added: "notice.member_added",
  member_removed: "notice.member_removed",
  hand_raised: "notice.hand_raised",
  verified: "notice.verified",
  no_links: "notice.no_links",
  chat_cleared: "notice.chat_cleared",
  not_allowed: "notice.not_allowed",
  moved: "notice.moved",
  password_set: "notice.password_set",
  password_changed: "notice.password_changed",
  password_removed: "notice.password_removed",
  taken: "notice.taken_microphone",
  given: "notice.given_microphone",
};
/** Codes that say what is allowed, by what that is. @type {Record<string, Record<string, string>>} */
const MAY_NOTICES = {
  taken: {
    camera: "notice.taken_camera",
    screen: "notice.taken_screen",
    chat: "notice.taken_chat",
  },
  given: {
    camera: "notice.given_camera",
    screen: "notice.given_screen",
    chat: "notice.given_chat",
  },
};
/** @type {Record<string, string>} */
const OWN_NOTICES = { screen_started: "notice.screen_started_own", screen_stopped: "notice.screen_stopped_own" };
const TROUBLE = /_failed$|_busy$|_too_long$|_lost$|_limited$/;

/**
 * The sentence for a notice, and whether it tells of a problem.
 * @param {Notice} notice
 * @returns {{ text: string, trouble: boolean } | null} null for a code that has no words: it is not shown
 */
export function noticeWords({ code, params }) {
  const lost = code === "member_removed" && params.by === "node";
  if (code === "held") return { text: heldText(params), trouble: false };
  const may = MAY_NOTICES[code]?.[`${params.what}`];
  const key = lost ? "notice.left" : (params.own === true && OWN_NOTICES[code]) || may || NOTICES[code];
  if (!key) return null;
  const error = typeof params.error === "string" ? t(deviceProblem(params.error)) : "";
  const name = personName(typeof params.name === "string" ? params.name : null);
  return { text: t(key, { name, error }).trim(), trouble: TROUBLE.test(code) };
}

/** @type {Record<string, string>} */
const HELD = {
  microphone: "held.microphone",
  camera: "held.camera",
  screen: "held.screen",
  chat: "held.chat",
  reactions: "held.reactions",
};

/**
 * Why something may not be used now, and who can change that.
 * @param {{ what?: unknown, frozen?: unknown, names?: unknown }} params `names` of those who host now, as a list to read
 */
export function heldText({ what, frozen, names }) {
  if (frozen === true) return t("held.frozen");
  const who = typeof names === "string" && names !== "" ? t("held.by", { names }) : t("held.by_nobody");
  return `${t(HELD[`${what}`] ?? "held.other")} ${who}`;
}

/**
 * The way out of a capture problem.
 * @param {string} error
 */
export function deviceProblem(error) {
  if (error === "denied") return "problem.denied";
  if (error === "not_found") return "problem.not_found";
  return error === "in_use" ? "problem.in_use" : "problem.failed";
}

/**
 * What to say about microphone and camera before joining.
 * @param {Self} self
 * @returns {{ title: string, text: string, retry: boolean } | null} keys; null when all is well
 */
export function permissionWords({ permission, micError, cameraError }) {
  if (permission === "unknown") return { title: "permission.asking", text: "permission.asking_text", retry: false };
  if (permission === "denied") return { title: "permission.denied", text: "permission.denied_text", retry: true };
  if (permission === "none") return { title: "permission.none", text: "permission.none_text", retry: true };
  if (micError) return { title: "permission.no_mic", text: deviceProblem(micError), retry: true };
  if (cameraError) return { title: "permission.no_camera", text: deviceProblem(cameraError), retry: true };
  return null;
}

/** @type {Record<string, string>} */
const BLOCKED = {
  bad_link: "blocked.bad_link",
  no_secret: "blocked.no_secret",
  wrong_secret: "blocked.wrong_secret",
  unsupported_browser: "blocked.unsupported_browser",
  insecure_context: "blocked.insecure_context",
  wasm_failed: "blocked.wasm_failed",
  room_full: "blocked.room_full",
  server_full: "blocked.server_full",
  bad_room: "blocked.bad_link",
  removed: "blocked.removed",
  unknown_version: "blocked.unknown_version",
  refused: "blocked.refused",
  banned: "blocked.banned",
  room_locked: "blocked.room_locked",
  knock_limit: "blocked.knock_limit",
  invitation_used: "blocked.invitation_used",
  invitation_over: "blocked.invitation_over",
  no_invitation: "blocked.no_invitation",
  password_changed: "blocked.password_changed",
};

/** What may help, as a button. @type {Record<string, string>} */
const WAYS_ON = {
  room_full: "ending.retry",
  server_full: "ending.retry",
  unknown_version: "ending.retry",
  wasm_failed: "ending.retry",
  internal: "ending.retry",
  room_locked: "ending.retry",
  knock_limit: "ending.retry",
  refused: "ending.knock_again",
  invitation_used: "ending.knock",
  invitation_over: "ending.knock",
  no_invitation: "ending.knock",
};

/**
 * @param {string} code
 * @returns {{ title: string, text: string, retry: string | null }} keys; of the button that may help, if any
 */
export function blockedWords(code) {
  const key = BLOCKED[code] ?? "blocked.internal";
  return { title: key, text: `${key}_text`, retry: WAYS_ON[code] ?? null };
}

/** Longer than this without an answer, and something may be wrong. Milliseconds. */
const LONG_WAIT = 60_000;

/**
 * What to say at the door (keys).
 * @param {import("../app/types.js").Waiting} waiting
 * @param {boolean} password the link needs one
 * @param {number} now milliseconds since the Unix epoch
 * @returns {{ text: string, advice: string | null, wait: number }} `wait` milliseconds until the advice is due, 0 if it is
 */
export function waitingWords({ state, since }, password, now) {
  const wait = Math.max(0, since + LONG_WAIT - now);
  return {
    text: state === "waiting" ? "waiting.asked" : "waiting.no_host",
    advice: wait > 0 ? null : password ? "waiting.check_password" : "waiting.check_link",
    wait,
  };
}

/** @type {Record<string, string>} */
const ALARMS = {
  transform_idle: "alarm.transform_idle",
  swapped_media: "alarm.swapped_media",
  worker_failed: "alarm.worker_failed",
  cannot_decrypt: "alarm.cannot_decrypt",
  forked: "alarm.forked",
  ghost: "alarm.ghost",
  bad_commit: "alarm.bad_commit",
  withheld: "alarm.withheld",
  bad_welcome: "alarm.bad_welcome",
  not_let_in: "alarm.not_let_in",
  wrong_clock: "alarm.wrong_clock",
  stranger: "alarm.stranger",
};

/** @param {string | undefined} code */
export function alarmWords(code) {
  return ALARMS[code ?? ""] ?? "alarm.other";
}

/** @typedef {Exclude<Comparison["step"], "offered">} DialogStep */
/** @type {Record<DialogStep, { icon: IconName, title: string, text: string, close: string }>} */
const COMPARISON = {
  waiting: words("compare", "comparison.waiting", "comparison.cancel"),
  compare: words("compare", "comparison.compare", "comparison.cancel"),
  confirming: words("compare", "comparison.confirming", "comparison.cancel"),
  matched: words("verified", "comparison.matched", "comparison.done"),
  mismatch: words("alarm", "comparison.mismatch", "comparison.close"),
  failed: words("clock", "comparison.failed", "comparison.close"),
};

/** @param {IconName} icon @param {string} title @param {string} close */
function words(icon, title, close) {
  return { icon, title, text: `${title}_text`, close };
}

/** Picture and texts (keys) of a step of the comparison of two. @param {DialogStep} step */
export function comparisonWords(step) {
  return COMPARISON[step];
}

/** A name, or the words for somebody without one. @param {string | null} name */
export function personName(name) {
  return name ? isolated(name) : t("person.unnamed");
}
