// @ts-check
import { deepEqual, equal, notEqual } from "node:assert/strict";
import { lookalikes, skeleton } from "../../../Web/app/lookalike.js";

for (
  const [what, one, other] of [
    ["case", "Ana", "ANA"],
    ["accents", "Inés", "Ines"],
    ["spaces", "Ana María", "AnaMaria"],
    ["what cannot be seen", "Ana", "A\u200bn\u00ada"],
    ["full width", "Ana", "Ａｎａ"],
    ["Cyrillic", "Berta", "Веrtа"],
    ["Cyrillic capitals", "HECTOP", "НЕСТОР"],
    ["Greek", "Ana", "Αnα"],
    ["letters that are one stroke", "Alia", "AIia"],
    ["digits for letters", "Lola", "L0la"],
    ["a bar for a letter", "lola", "|ola"],
    ["letters that run together", "Carmen", "Carrnen"],
    ["mathematical letters", "Ana", "𝐀𝐧𝐚"],
    ["punctuation", "Ana", "A.n.a."],
  ]
) {
  Deno.test(`names that differ in ${what} alone look alike`, () => equal(skeleton(one), skeleton(other)));
}

for (
  const [one, other] of [["Ana", "Eva"], ["Clara", "Dara"], ["Berta", "Bertha"], ["मीना", "मन"], ["لجين", "ليلى"], [
    "田中",
    "田申",
  ]]
) {
  Deno.test(`${one} is not ${other}`, () => notEqual(skeleton(one), skeleton(other)));
}

Deno.test("the same name and one that looks like it are told apart, whoever stands alone is not marked", () => {
  const people = [["a", "Ana"], ["b", "Ana"], ["c", "АNA"], ["d", "Eva"]].map(([key, name]) => ({ key, name }));
  deepEqual([...lookalikes(people)], [["a", "same"], ["b", "same"], ["c", "alike"]]);
});

Deno.test("people without a name, or with nothing but signs in it, are like nobody", () => {
  equal(
    lookalikes([{ key: "a", name: null }, { key: "b", name: null }, { key: "c", name: "..." }, { key: "d", name: "-" }])
      .size,
    0,
  );
});
