// @ts-check
// Shows the interface in any state without a node: `/preview/?scene=NAME&people=N`. Serves screenshots only.
import { mountApp } from "/ui/app.js";
import { createStore, initialState, NO_RULES, PLAIN } from "/app/store.js";
import { DEFAULTS, EVERYTHING, forRole, giveToAll, takeFromAll } from "/app/permissions.js";

const query = new URLSearchParams(location.search);
const LINK = `${location.origin}/r/7K2MQ9XV4TBD0HWC#1q83vEjRWeJq83vASNFZ4mg`;
const NAMES = [
  "Berta",
  "Nawal de la Orilla",
  "Ines",
  "Wangari de los Montes Muy Largos y Lejanos",
  "لجين",
  "Rigoberta",
  "Lélia",
  null,
  "Emma",
  "Dolores",
  "Clara",
  "Simone",
];
const now = Date.now();

/** A moving picture with a face-like shape, so that crops can be judged. */
function picture(index, width = 640, height = 360) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const paint = canvas.getContext("2d");
  const draw = () => {
    const shift = Math.sin(Date.now() / 900 + index) * 6;
    const light = paint.createLinearGradient(0, 0, width, height);
    light.addColorStop(0, `hsl(${(index * 67 + 20) % 360} 24% 62%)`);
    light.addColorStop(1, `hsl(${(index * 67 + 50) % 360} 28% 34%)`);
    paint.fillStyle = light;
    paint.fillRect(0, 0, width, height);
    paint.fillStyle = `hsl(${(index * 67 + 200) % 360} 30% 28%)`;
    paint.beginPath();
    paint.ellipse(width / 2 + shift, height * 1.05, width * 0.26, height * 0.42, 0, 0, 7);
    paint.fill();
    paint.fillStyle = ["#8d5a3c", "#e0b08c", "#5c3a28", "#c68e68"][index % 4];
    paint.beginPath();
    paint.ellipse(width / 2 + shift, height * 0.46, height * 0.19, height * 0.25, 0, 0, 7);
    paint.fill();
  };
  draw();
  setInterval(draw, 100);
  return canvas.captureStream(10);
}

function slides() {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1280, 720];
  const paint = canvas.getContext("2d");
  const draw = () => {
    paint.fillStyle = "#fdfdfb";
    paint.fillRect(0, 0, 1280, 720);
    paint.fillStyle = "#222";
    paint.font = "600 54px serif";
    paint.fillText("Orden del día", 90, 130);
    paint.font = "32px sans-serif";
    ["1. Acogida", "2. Qué ha pasado esta semana", "3. Reparto de tareas", "4. Próxima tertulia"].forEach((line, i) =>
      paint.fillText(line, 90, 230 + i * 70)
    );
  };
  draw();
  setInterval(draw, 200);
  return canvas.captureStream(5);
}

function person(index, extra = {}) {
  const camera = index % 3 !== 2;
  return {
    key: `p${index + 1}`,
    index: index + 1,
    name: NAMES[index % NAMES.length],
    trust: ["new", "seen", "verified"][index % 3],
    ...PLAIN,
    alike: null,
    hand: false,
    presence: "present",
    media: { mic: index % 4 !== 1, camera, screen: false, screenAudio: false },
    speaking: index === 0,
    stream: camera ? picture(index) : null,
    level: 0.3,
    undecryptable: false,
    weak: false,
    lost: false,
    ...extra,
  };
}

const devices = {
  mics: [{ id: "m1", label: "Built-in microphone" }, { id: "m2", label: "" }],
  cameras: [{ id: "c1", label: "Integrated camera (04f2:b6d9)" }],
  speakers: [{ id: "", label: "Default" }, { id: "s1", label: "Headphones" }],
  micId: "m1",
  cameraId: "c1",
  speakerId: "",
};
const self = (extra = {}) => ({
  ...initialState().self,
  key: "p0",
  index: 0,
  name: "Ana",
  mic: true,
  camera: true,
  stream: picture(3),
  level: 0.2,
  devices,
  permission: "granted",
  ...extra,
});
const inCall = (people, extra = {}) => ({
  phase: "call",
  link: LINK,
  room: "7K2MQ9XV4TBD0HWC",
  connection: { state: "connected", since: now - 60_000 },
  quality: "good",
  self: self(),
  people,
  ...extra,
  security: {
    state: "ok",
    members: people.length + 1,
    digits: "482910557320914682037719460583",
    waiting: 0,
    locked: false,
    ...NO_RULES,
    ...extra.security,
  },
});
const hosting = () => self({ role: "host", permissions: EVERYTHING, canRemove: true });
/** A room with rules, as its host sees it, or with `?guest` as somebody else does. */
const governed = (people, extra = {}) => {
  const guest = query.get("guest");
  const own = guest === "trusted" ? self({ permissions: EVERYTHING }) : guest === null ? hosting() : self(extra.self);
  const security = { counter: 3, door: "lobby", veil: true, hosts: 1, ...extra.security };
  return { ...inCall(people, { ...extra, security }), self: extra.self && guest !== null ? self(extra.self) : own };
};
const newcomer = (index, extra = {}) =>
  person(index, { role: "newcomer", permissions: DEFAULTS.newcomer, veiled: true, trust: "new", ...extra });
const knocking = (id, name, extra = {}) => ({
  id,
  name,
  digits: `${482910557320 + id * 7919}`,
  again: false,
  alike: null,
  answered: false,
  at: now,
  ...extra,
});
const frozenPerson = (one) => ["host", "cohost"].includes(one.role) || one.goesOn ? one : { ...one, permissions: 0 };
const frozen = (security = {}) => ({ frozen: true, frozenBy: "p0", ...security });
const comparing = (step, name = "Berta") => ({
  comparison: { key: "p1", name, step, digits: step === "offered" || step === "waiting" ? null : "482913" },
});
const crowd = (count) => Array.from({ length: count }, (_, i) => person(i));
const line = (id, from, name, text, minutes, extra = {}) => ({
  id: `${id}`,
  key: `p${from}`,
  from,
  name,
  text,
  at: now - minutes * 60_000,
  own: from === 0,
  links: true,
  state: "sent",
  ...extra,
});
const talk = [
  line(1, 1, "Berta", "Hola a todas. ¿Empezamos a y cinco?", 14),
  line(2, 2, "Nawal de la Orilla", "Sí. He dejado el acta en https://cloud.example.org/s/acta-marzo?dl=1.", 12),
  line(3, 2, "Nawal de la Orilla", "Echadle un ojo antes del punto 3", 11.6),
  line(4, 0, "Ana", "Leída, gracias. Solo cambiaría el segundo párrafo:\nque no figure el lugar.", 6),
  line(5, 5, "لجين", "أهلا، أنا هنا", 4),
  line(6, 1, "Berta", "http://not-a-link.example stays plain, javascript:alert(1) too", 2),
  line(7, 0, "Ana", "Voy", 1, { state: "failed" }),
  line(8, 0, "Ana", "Ya está arreglado en el documento", 0.5, { state: "sending" }),
];

const details = {
  up: 846_000,
  down: 1_932_000,
  available: 1_240_000,
  node: 2_400,
  roundTrip: 0.084,
  jitter: 0.012,
  lossUp: 0.004,
  lossDown: 0.021,
  freezes: 2,
  protocol: "udp",
  sent: [
    { layer: "q", codec: "VP8", width: 320, height: 180, frames: 24, rate: 138_000 },
    { layer: "h", codec: "VP8", width: 640, height: 360, frames: 24, rate: 471_000 },
  ],
  received: [
    { layer: null, codec: "VP8", width: 320, height: 180, frames: 14.6, rate: 121_000 },
    { layer: null, codec: "VP8", width: 640, height: 360, frames: 23.8, rate: 466_000 },
    { layer: null, codec: "VP8", width: 1280, height: 720, frames: 24.2, rate: 1_302_000 },
  ],
  sealed: 48_210,
  opened: 91_377,
  refused: 3,
};

/** @type {Record<string, () => any>} */
const SCENES = {
  home: () => ({ phase: "home" }),
  prejoin: () => ({ phase: "prejoin", link: LINK, self: self({ index: -1, name: "Ana" }) }),
  "prejoin-asking": () => ({
    phase: "prejoin",
    link: LINK,
    self: self({
      name: "",
      mic: false,
      camera: false,
      stream: null,
      permission: "unknown",
      devices: initialState().self.devices,
    }),
  }),
  "prejoin-denied": () => ({
    phase: "prejoin",
    link: LINK,
    self: self({
      name: "",
      mic: false,
      camera: false,
      stream: null,
      permission: "denied",
      devices: initialState().self.devices,
    }),
  }),
  alone: () => inCall([]),
  call: () => inCall(crowd(Number(query.get("people") ?? 3)), { unread: 3 }),
  floods: () =>
    inCall([person(0, { undecryptable: true }), person(1, { lost: true }), person(2), person(7)], {
      connection: { state: "reconnecting", detail: query.get("detail") ?? undefined, since: now - 5000 },
    }),
  screen: () =>
    inCall(
      [person(0, { media: { mic: true, camera: true, screen: true, screenAudio: false } }), ...crowd(5).slice(1)],
      {
        screen: { key: "p1", index: 1, stream: slides() },
      },
    ),
  sharing: () => inCall(crowd(2), { self: self({ screen: true }), screen: { key: "p0", index: 0, stream: slides() } }),
  chat: () => inCall(crowd(4), { chat: talk, unread: 0 }),
  alarm: () => inCall(crowd(2), { security: { state: "alarm", code: "transform_idle" } }),
  notices: () =>
    inCall(crowd(2), {
      notices: [
        { id: 1, code: "joined", params: { name: "Berta" }, at: now },
        { id: 2, code: "camera_failed", params: { error: "in_use" }, at: now },
        { id: 3, code: "link_copied", params: {}, at: now },
      ],
    }),
  quality: () =>
    inCall([person(0), person(1, { weak: true }), ...crowd(5).slice(2)], {
      quality: query.get("is") ?? "good",
      mode: query.get("mode") ?? "full",
      question: query.get("ask"),
      details: query.has("details") ? details : null,
    }),
  "saved-screen": () => ({ ...SCENES.screen(), mode: "audio_only" }),
  joining: () => inCall([], { security: { state: "joining", members: 0, digits: null } }),
  forked: () => inCall(crowd(3), { security: { state: "alarm", code: "forked" } }),
  members: () =>
    inCall([
      person(0, { hand: true }),
      person(1, { role: "cohost" }),
      person(2),
      person(3, { presence: "unheard" }),
      person(4, { hand: true }),
      person(7, { presence: "ghost" }),
    ], { self: query.has("guest") ? self() : hosting(), security: { waiting: 2, locked: query.has("locked") } }),
  room: () =>
    governed([
      person(0, { role: "cohost", permissions: EVERYTHING }),
      person(1, { invitation: "i1", invitedBy: null }),
      newcomer(3),
      person(4, { invitation: "i2", invitedBy: "i1", hand: true }),
      newcomer(5, {
        name: "Веrtа",
        alike: "alike",
        media: { mic: true, camera: false, screen: false, screenAudio: false },
      }),
    ]),
  knocks: () =>
    governed(crowd(3), {
      knocking: [
        knocking(1, "Dolores"),
        knocking(2, "Ana", { alike: "same" }),
        knocking(3, "Wangari de los Montes Muy Largos y Lejanos", { again: true }),
        knocking(4, null, { answered: true }),
      ].slice(0, Number(query.get("knocks") ?? 4)),
    }),
  frozen: () =>
    governed(
      [
        person(0, { role: query.has("guest") ? "host" : "cohost" }),
        person(1),
        newcomer(3),
        person(4, { goesOn: true }),
      ].map(frozenPerson),
      {
        security: frozen({ frozenBy: query.has("guest") ? "p1" : "p0" }),
        self: query.has("guest") ? { permissions: 0, mic: false, camera: false, stream: null } : undefined,
      },
    ),
  swept: () =>
    governed([person(0, { role: "host", permissions: EVERYTHING }), ...crowd(3).slice(1)], {
      self: { permissions: 0, mic: false, camera: false, stream: null },
      chat: talk,
    }),
  moving: () => governed(crowd(3), { move: { step: query.get("step") ?? "calling", arrived: 3, expected: 5 } }),
  hostless: () =>
    governed([person(0, { permissions: EVERYTHING }), person(1)], { security: { hosts: 0, standIns: 1 } }),
  comparison: () => inCall(crowd(3), comparing(query.get("step"), query.get("name") ?? undefined)),
  reactions: () =>
    inCall([person(0, { hand: true }), ...crowd(4).slice(1)], {
      self: self({ hand: true }),
      reactions: [
        { id: 1, key: "p1", name: "Berta", emoji: "👏", at: now },
        { id: 2, key: "p2", name: "Nawal de la Orilla", emoji: "💜", at: now },
        { id: 3, key: "p0", name: "Ana", emoji: "✊", at: now },
      ],
    }),
  "people-notices": () =>
    inCall(crowd(2), {
      notices: [
        { id: 1, code: "member_added", params: { name: "Berta", by: "Ines" }, at: now },
        { id: 2, code: "member_removed", params: { name: "Someone", by: "host" }, at: now },
        { id: 3, code: "hand_raised", params: { name: "Nawal de la Orilla" }, at: now },
        { id: 4, code: "verified", params: { name: "Berta" }, at: now },
      ],
    }),
  waiting: () => ({
    phase: "waiting",
    link: LINK,
    password: query.has("password"),
    connection: { state: query.has("lost") ? "reconnecting" : "connected", since: now - 60_000 },
    self: self({ name: "Nawal de la Orilla" }),
    waiting: {
      state: query.get("is") ?? "waiting",
      digits: "482910557320",
      since: query.has("long") ? now - 90_000 : now,
    },
  }),
  "prejoin-password": () => ({ ...SCENES.prejoin(), password: true }),
  inviting: () =>
    inCall([person(0, { invitation: "a" }), person(1, { invitation: "b" }), ...crowd(4).slice(2)], {
      self: query.has("guest") ? self() : hosting(),
      security: { counter: 3, door: "lobby" },
      invitations: query.has("none") ? [] : INVITATIONS,
    }),
  account: () => ({ phase: "home" }),
  left: () => ({ phase: "left", link: LINK }),
  blocked: () => ({ phase: "blocked", blocked: { code: query.get("code") ?? "wrong_secret" } }),
};

/** @param {any} store @param {string} step */
const step = (store, step) =>
  store.update(({ comparison }) => ({ comparison: { ...comparison, step, digits: "482913" } }));

/** @param {any} store @param {object} rules */
const rule = (store, rules) => store.update(({ security }) => ({ security: { ...security, ...rules } }));
/** @param {any} store @param {string} key @param {object} part */
const change = (store, key, part) =>
  store.update(({ people }) => ({ people: people.map((one) => one.key === key ? { ...one, ...part } : one) }));
/** @param {any} store @param {number[]} ids */
const answered = (store, ids) =>
  store.update(({ knocking }) => ({
    knocking: knocking.map((one) => ids.includes(one.id) ? { ...one, answered: true } : one),
  }));

const invitation = (id, parent, label, more) => ({
  id,
  parent,
  label,
  role: "speaker",
  delegates: false,
  uses: 1,
  devices: 1,
  expires: 0,
  revoked: false,
  ...more,
});
const INVITATIONS = [
  invitation("a", null, "Berta, la abogada", { delegates: true, uses: 3, devices: 2 }),
  invitation("b", "a", "Nawal"),
  invitation("c", "a", null, { devices: 0, expires: Math.floor(now / 1_000) + 86_400 }),
  invitation("d", null, "Prensa", { devices: 0, expires: Math.floor(now / 1_000) - 60, role: "listener" }),
  invitation("e", null, "Ines", { revoked: true }),
];

/** Records what the interface asked for and does the few things that show at once. */
class FakeCall {
  /** @param {any} store */
  constructor(store) {
    this.store = store;
    this.asked = [];
    this.password = "";
    this.invitations = {
      ask: () => this.asked.push(["ask"]),
      create: (wish) => {
        this.asked.push(["create", wish]);
        const made = wish.label === "nobody" ? null : "1q83vEjRWeJq83vASNFZ4mg.AAAAAAAAAAAAAA.q83vEjRWeJq83vASNFZ4mg";
        return Promise.resolve(made);
      },
      revoke: (id) => this.asked.push(["revoke", id]),
    };
    const names =
      "createRoom setName selectDevice requestDevices toggleMic toggleCamera startScreen stopScreen join leave quit " +
      "sendChat resendChat markRead setVisibleTiles copyLink dismissNotice retry setHand react compareWith " +
      "acceptComparison answerComparison cancelComparison setMode answerQuestion openScreen watchDetails copyText " +
      "setPassword stepBack dropInvitation";
    const hosting =
      "freeze resume resumeOne setDoor setVeil sweep allowRole allowPerson setRole vouch remove ban clearChat admit " +
      "turnAway move moveAgain dismissMove";
    this.hosting = {};
    for (const [target, list] of [[this, names], [this.hosting, hosting]]) {
      for (const name of list.split(" ")) {
        target[name] = (...values) => {
          this.asked.push([name, ...values]);
          return FakeCall.effects[name]?.(store, ...values);
        };
      }
    }
  }

  /** Under way until a test answers it. @param {string} text */
  changePassword(text) {
    this.asked.push(["changePassword", text]);
    return new Promise((resolve) => {
      this.answerPassword = (done) => {
        if (done) this.store.update(() => ({ password: text !== "" }));
        resolve(done);
      };
    });
  }

  static effects = {
    toggleMic: (store) => store.update(({ self }) => ({ self: { ...self, mic: !self.mic } })),
    toggleCamera: (store) => store.update(({ self }) => ({ self: { ...self, camera: !self.camera } })),
    startScreen: (store) => store.update(({ self }) => ({ self: { ...self, screen: true } })),
    stopScreen: (store) => store.update(({ self }) => ({ self: { ...self, screen: false } })),
    setName: (store, name) => store.update(({ self }) => ({ self: { ...self, name } })),
    setHand: (store, hand) => store.update(({ self }) => ({ self: { ...self, hand } })),
    remove: (store, gone) => store.update(({ people }) => ({ people: people.filter(({ key }) => key !== gone) })),
    ban: (store, gone) => FakeCall.effects.remove(store, gone),
    setDoor: (store, door) => rule(store, { door, locked: door === "locked" }),
    setVeil: (store, veil) => rule(store, { veil }),
    freeze: (store) => rule(store, { frozen: true, frozenBy: "p0" }),
    resume: (store) => rule(store, { frozen: false, frozenBy: null }),
    resumeOne: (store, key, goesOn) => change(store, key, { goesOn }),
    sweep: (store, sweep, allowed) =>
      store.update(({ security, people }) => ({
        security: { ...security, ...allowed ? giveToAll(security, sweep) : takeFromAll(security, people, sweep) },
      })),
    allowRole: (store, role, name, allowed) =>
      store.update(({ security }) => ({ security: { ...security, ...forRole(security, role, name, allowed) } })),
    setRole: (store, key, role) => change(store, key, { role }),
    vouch: (store, key) => change(store, key, { veiled: false, role: "speaker" }),
    clearChat: (store) => store.update(() => ({ chat: [], unread: 0 })),
    admit: (store, ids) => answered(store, ids),
    turnAway: (store, ids) => answered(store, ids),
    compareWith: (store, key) =>
      store.update(({ people }) => {
        const name = people.find((one) => one.key === key)?.name ?? null;
        return { comparison: { key, name, step: "waiting", digits: null } };
      }),
    acceptComparison: (store) => step(store, "compare"),
    answerComparison: (store, same) => step(store, same ? "confirming" : "mismatch"),
    cancelComparison: (store) => store.update(() => ({ comparison: null })),
    react: (store, emoji) =>
      store.update(({ reactions, self }) => ({
        reactions: [...reactions, { id: Date.now(), key: self.key, name: self.name, emoji, at: Date.now() }],
      })),
    setMode: (store, mode) => store.update(() => ({ mode })),
    answerQuestion: (store) => store.update(() => ({ question: null })),
    openScreen: (store) => store.update(() => ({ screenOpen: true })),
    copyText: () => Promise.resolve(true),
    markRead: (store) => store.update(() => ({ unread: 0 })),
    leave: (store) => store.update(() => ({ phase: "left" })),
    join: (store) => store.update(() => inCall(crowd(3))),
    sendChat: (store, text) =>
      store.update(({ chat }) => ({ chat: [...chat, line(`own${chat.length}`, 0, "Ana", text, 0, { own: true })] })),
    dismissNotice: (store, id) =>
      store.update(({ notices }) => ({ notices: notices.filter((note) => note.id !== id) })),
  };
}

const ACCOUNT = {
  name: "nawal",
  created: "2026-09-14",
  totp: query.has("totp"),
  passkeys: [
    { id: "a", label: "Firefox, Linux", created: "2026-09-14", opens: true },
    { id: "b", label: "Llave azul", created: "2026-10-02", opens: false },
  ],
  recovery: 7,
  devices: [
    { id: "1", label: "Firefox, Linux", created: "2026-09-14", used: "2026-11-23", current: true },
    { id: "2", label: "Chrome, Android", created: "2026-10-02", used: "2026-11-21", current: false },
  ],
  newPassword: false,
};
const CODES = [
  "7K2MQ9XV4TBD0HWCBD4T0HWC",
  "0PRS8KD2M4QX7VTBM4QX7VTB",
  "H6N3WCYZ1A5E9GJK1A5E9GJK",
  "BD4T0HWC7K2MQ9XVQ9XV4TBD",
  "M4QX7VTB0PRS8KD28KD2M4QX",
  "1A5E9GJKH6N3WCYZ7K2MQ9XV",
  "Q9XV4TBD0HWC7K2M0PRS8KD2",
  "8KD2M4QX7VTB0PRSH6N3WCYZ",
];

/** An account that is at the step that the address names, and records what is asked of it. */
class FakeAccount {
  listeners = new Set();
  asked = [];
  passkeys = !query.has("nokeys");
  constructor(step) {
    const kept = [
      {
        room: "7K2MQ9XV4TBD0HWC",
        fragment: "1q83vEjRWeJq83vASNFZ4mg.AAAAAAAAAAAAAA",
        seed: null,
        name: "Asamblea de los jueves",
      },
      { room: "0PRS8KD2M4QX7VTB", fragment: "1q83vEjRWeJq83vASNFZ4mg.AAAAAAAAAAAAAA", seed: null, name: "" },
    ];
    this.state = {
      step,
      busy: false,
      problem: query.get("problem"),
      after: 120,
      policy: { registration: query.get("registration") ?? "invitation", passkeys: true },
      invitation: query.get("invitation") ?? "",
      steps: ["totp", "passkey"],
      codes: step === "codes" ? CODES : [],
      account: step === "home" || step === "renew" ? ACCOUNT : null,
      rooms: step === "home" ? query.has("locked") ? null : query.has("empty") ? [] : kept : null,
      settings: {},
      totp: query.has("setup")
        ? {
          setup: "s",
          key: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
          uri: "otpauth://totp/Tertulia:nawal?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Tertulia",
        }
        : null,
      done: query.get("done"),
    };
    const names =
      "register signIn giveCode givePasskey recover renewPassword keptCodes unlock changePassword renewCodes " +
      "beginTOTP confirmTOTP cancelTOTP removeTOTP addPasskey removePasskey endDevice endOthers export delete signOut " +
      "forgetRoom keepSettings";
    for (const name of names.split(" ")) {
      this[name] = (...values) => {
        this.asked.push([name, ...values]);
        const wrong = values.includes("wrong password");
        if (wrong) this.set({ problem: "wrong" });
        return Promise.resolve(!wrong);
      };
    }
  }
  set(change) {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  start() {
    this.set({});
  }
  go(step) {
    this.asked.push(["go", step]);
    this.set({ step, problem: null, done: null });
  }
}

/** Puts the account's pages, over a made-up account, in the place of the page. */
async function showAccount() {
  const [{ AccountPage }, { loadWords }] = await Promise.all([import("/account/page.js"), import("/ui/i18n.js")]);
  await loadWords("account");
  const account = new FakeAccount(query.get("step") ?? "signin");
  const app = document.querySelector("tertulia-app");
  app.replaceChildren(new AccountPage(app.context, account));
  Object.assign(globalThis.preview, { account });
}

const store = createStore({ ...initialState(), ...SCENES[query.get("scene") ?? "home"]() });
const call = new FakeCall(store);
Object.assign(globalThis, { preview: { store, call, person, picture, step, details } });
await mountApp(document.getElementById("app"), store, /** @type {any} */ (call));
if (query.get("scene") === "account") await showAccount();
document.documentElement.dataset.mounted = "true";
