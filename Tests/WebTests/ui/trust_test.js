// @ts-check
import { Company, groups, roleWords, spelled, troubleMark } from "../../../Web/ui/trust.js";
import { deepEqual, equal } from "node:assert/strict";

/** @param {string} key @param {object} [extra] @returns {any} */
const person = (key, extra) => ({ key, hand: false, presence: "present", undecryptable: false, lost: false, ...extra });
/** @param {any[]} people @param {object} [security] @returns {any} */
const state = (people, security) => ({ people, security: { state: "ok", members: people.length + 1, ...security } });
/** @param {Company} company @param {any[]} people */
const order = (company, people) => company.ordered(people).map(({ key }) => key).join("");

Deno.test("30 digits are six groups of five, said digit by digit", () => {
  const code = groups("012345678901234567890123456789", 5);
  deepEqual(code, ["01234", "56789", "01234", "56789", "01234", "56789"]);
  equal(spelled(code[0]), "0 1 2 3 4");
});

Deno.test("who comes after us is new, whoever was here when we were let in is not", () => {
  const company = new Company();
  company.note(state([], { state: "joining", members: 0 }));
  company.note(state([person("a")], { members: 3 }));
  company.note(state([person("a"), person("b")]));
  company.note(state([person("a"), person("b"), person("c")]));
  deepEqual(["a", "b", "c"].map((key) => company.isNew(key)), [false, false, true]);
});

Deno.test("who is let in again takes whom they find for no newcomers", () => {
  const company = new Company();
  company.note(state([person("a")]));
  company.note(state([person("x")], { state: "joining" }));
  company.note(state([person("x"), person("y")]));
  deepEqual(["x", "y"].map((key) => company.isNew(key)), [false, false]);
});

Deno.test("hands come first, in the order they went up; one taken down and raised again goes to the end", () => {
  const company = new Company();
  const people = (/** @type {string} */ raised) =>
    [..."abcd"].map((key) => person(key, { hand: raised.includes(key) }));
  for (const raised of ["d", "bd", "bd"]) company.note(state(people(raised)));
  equal(order(company, people("bd")), "dbac");
  for (const raised of ["b", "bd"]) company.note(state(people(raised)));
  equal(order(company, people("bd")), "bdac");
});

Deno.test("of several troubles the gravest is told, and an ordinary role is not mentioned", () => {
  equal(troubleMark(person("a")), null);
  equal(troubleMark(person("a", { presence: "unheard" }))?.words, "presence.unheard");
  equal(troubleMark(person("a", { presence: "unheard", lost: true }))?.words, "tile.lost");
  equal(troubleMark(person("a", { presence: "ghost", lost: true }))?.words, "presence.ghost");
  deepEqual([roleWords("speaker"), roleWords("host")], [null, "role.host"]);
});
