// @ts-check
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import {
  base64url,
  createAddress,
  fromBase64url,
  parsePlace,
  readFragment,
  roomPath,
  splitHostSeed,
  takeHostSeed,
  withHost,
  withoutInvitation,
} from "../../../Web/app/link.js";

const SECRET = "1AAAAAAAAAAAAAAAAAAAAAA";

Deno.test("a new address parses back to itself", () => {
  const address = createAddress();
  match(address.room, /^[0-9A-HJKMNP-TV-Z]{16}$/);
  const { pathname, hash } = new URL(roomPath(address), "https://example.org");
  deepEqual(parsePlace({ pathname, hash }), { kind: "room", ...address });
});

Deno.test("two new addresses share neither room nor secret", () => {
  const [one, other] = [createAddress(), createAddress()];
  notEqual(one.room, other.room);
  notEqual(one.fragment, other.fragment);
});

Deno.test("every byte of the generator reaches the address", () => {
  const address = createAddress((bytes) => bytes.forEach((_, at) => bytes[at] = at * 17));
  equal(address.room, "0H2K4N6Q8SAVCXEZ");
  equal(address.fragment, "1" + base64url(Uint8Array.from({ length: 16 }, (_, at) => at * 17)));
});

Deno.test("the start page is home", () => {
  deepEqual(parsePlace({ pathname: "/", hash: "" }), { kind: "home" });
});

Deno.test("small letters and look-alikes read as Crockford meant them", () => {
  const place = parsePlace({ pathname: "/r/abcdefghilo0", hash: `#${SECRET}` });
  deepEqual(place, { kind: "room", room: "ABCDEFGH1100", fragment: SECRET });
});

Deno.test("a digest of the host's key may follow the secret", () => {
  const fragment = `${SECRET}.AAAAAAAAAAAAAA`;
  deepEqual(parsePlace({ pathname: "/r/ABCDEFGH1234", hash: `#${fragment}` }), {
    kind: "room",
    room: "ABCDEFGH1234",
    fragment,
  });
});

const HOST = "AAAAAAAAAAAAAA";
const INVITATION = "BBBBBBBBBBBBBBBBBBBBBA";

for (
  const [fragment, password, host, invitation] of /** @type {[string, boolean, string | null, string | null][]} */ ([
    [SECRET, false, null, null],
    [`${SECRET}.${HOST}`, false, HOST, null],
    [`${SECRET}.${HOST}.${INVITATION}`, false, HOST, INVITATION],
    [`2${SECRET.slice(1)}.${HOST}`, true, HOST, null],
    [`2${SECRET.slice(1)}.${HOST}.${INVITATION}`, true, HOST, INVITATION],
  ])
) {
  Deno.test(`a link tells what it needs and brings: ${fragment}`, () => {
    deepEqual(readFragment(fragment), { password, host, invitation });
    equal(parsePlace({ pathname: "/r/ABCDEFGH1234", hash: `#${fragment}` }).kind, "room");
  });
}

Deno.test("what is passed on of a link holds no personal invitation", () => {
  equal(withoutInvitation(`${SECRET}.${HOST}.${INVITATION}`), `${SECRET}.${HOST}`);
  equal(withoutInvitation(SECRET), SECRET);
});

Deno.test("a room with a host, and with a password, is told by its fragment", () => {
  deepEqual(readFragment(withHost(SECRET, HOST, false)), { password: false, host: HOST, invitation: null });
  deepEqual(readFragment(withHost(SECRET, HOST, true)), { password: true, host: HOST, invitation: null });
});

Deno.test("base64url reads back to the same bytes", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
  deepEqual(fromBase64url(base64url(bytes)), bytes);
});

Deno.test("a link without its secret says so", () => {
  deepEqual(parsePlace({ pathname: "/r/ABCDEFGH1234", hash: "" }), { kind: "invalid", code: "no_secret" });
});

for (
  const [what, pathname, hash] of [
    ["a short room", "/r/ABC", `#${SECRET}`],
    ["a letter outside the alphabet", "/r/ABCDEFGHUUUU", `#${SECRET}`],
    ["another path", "/rooms/ABCDEFGH1234", `#${SECRET}`],
    ["a path below the room", "/r/ABCDEFGH1234/x", `#${SECRET}`],
    ["another version", "/r/ABCDEFGH1234", "#3AAAAAAAAAAAAAAAAAAAAAA"],
    ["a password without a host", "/r/ABCDEFGH1234", "#2AAAAAAAAAAAAAAAAAAAAAA"],
    ["an invitation without a host", "/r/ABCDEFGH1234", `#${SECRET}.${INVITATION}`],
    ["a short invitation", "/r/ABCDEFGH1234", `#${SECRET}.${HOST}.AAAA`],
    ["more after the invitation", "/r/ABCDEFGH1234", `#${SECRET}.${HOST}.${INVITATION}.${INVITATION}`],
    ["a short secret", "/r/ABCDEFGH1234", "#1AAAA"],
    ["bits beyond the 16th byte", "/r/ABCDEFGH1234", "#1AAAAAAAAAAAAAAAAAAAAAB"],
    ["markup", "/r/ABCDEFGH1234", "#1<script>AAAAAAAAAAAAA"],
  ]
) {
  Deno.test(`${what} is no link`, () => {
    deepEqual(parsePlace({ pathname, hash }), { kind: "invalid", code: "bad_link" });
  });
}

const SEED = "sssssssssssssssssssssssssssssssssssssssssss".slice(0, 42) + "A";

Deno.test("the host's key is taken out of the address bar before anything reads it", () => {
  const location = { pathname: "/r/ABCDEFGH1234", hash: `#${SECRET}.${HOST}!${SEED}` };
  /** @type {string[]} */
  const urls = [];
  const history = {
    replaceState: (/** @type {unknown} */ _data, /** @type {string} */ _title, url = "") => urls.push(url),
  };
  equal(takeHostSeed(location, /** @type {any} */ (history)), SEED);
  deepEqual(urls, [`/r/ABCDEFGH1234#${SECRET}.${HOST}`]);
});

Deno.test("a link without a host's key is left as it is", () => {
  const history = { replaceState: () => equal(1, 0) };
  equal(takeHostSeed({ pathname: "/r/ABCDEFGH1234", hash: `#${SECRET}.${HOST}` }, /** @type {any} */ (history)), null);
});

Deno.test("a link with the host's key still in it opens nothing", () => {
  deepEqual(parsePlace({ pathname: "/r/ABCDEFGH1234", hash: `#${SECRET}.${HOST}!${SEED}` }), {
    kind: "invalid",
    code: "bad_link",
  });
});

for (const wrong of ["", "!", `!${SEED.slice(1)}`, `!${SEED}A`, `!${SEED.slice(0, 42)}B`, `!${SEED.slice(0, 41)}+A`]) {
  Deno.test(`«${wrong}» is no host's key`, () => {
    deepEqual(splitHostSeed(`${SECRET}.${HOST}${wrong}`), [`${SECRET}.${HOST}${wrong}`, null]);
  });
}
