// @ts-check
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { base64url, createAddress, parsePlace, roomPath } from "../../../Web/app/link.js";

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

Deno.test("a link without its secret says so", () => {
  deepEqual(parsePlace({ pathname: "/r/ABCDEFGH1234", hash: "" }), { kind: "invalid", code: "no_secret" });
});

for (
  const [what, pathname, hash] of [
    ["a short room", "/r/ABC", `#${SECRET}`],
    ["a letter outside the alphabet", "/r/ABCDEFGHUUUU", `#${SECRET}`],
    ["another path", "/rooms/ABCDEFGH1234", `#${SECRET}`],
    ["a path below the room", "/r/ABCDEFGH1234/x", `#${SECRET}`],
    ["another version", "/r/ABCDEFGH1234", "#2AAAAAAAAAAAAAAAAAAAAAA"],
    ["a short secret", "/r/ABCDEFGH1234", "#1AAAA"],
    ["bits beyond the 16th byte", "/r/ABCDEFGH1234", "#1AAAAAAAAAAAAAAAAAAAAAB"],
    ["markup", "/r/ABCDEFGH1234", "#1<script>AAAAAAAAAAAAA"],
  ]
) {
  Deno.test(`${what} is no link`, () => {
    deepEqual(parsePlace({ pathname, hash }), { kind: "invalid", code: "bad_link" });
  });
}
