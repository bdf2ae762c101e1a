// @ts-check
/**
 * Names that look the same to somebody in a hurry. A skeleton in the manner of Unicode TS 39 §4, kept small: what people
 * take for one another at the size of a caption, in the scripts whose letters share shapes. Two names with one skeleton
 * are marked; nobody is kept from a name.
 */

/** Cyrillic and Greek small letters drawn as Latin ones. Capitals come first, for their shapes differ more. */
const CAPITALS = pairs(
  "АaВbЕeЅsІiЈjКkМmНhОoРpСcТtУyХxԌgԚqԜwҮyҺhӀi" + "ΑaΒbΕeΖzΗhΙiΚkΜmΝnΟoΡpΤtΥyΧxϹc",
);
const SMALL = pairs(
  "аaвbеeёeѕsіiїiјjкkмmнhоoрpсcтtуyхxԁdԛqԝwһhӏiьbпnгr" +
    "αaβbγyεeηnιiκkνvοoρpσoςcτtυuχxωwϲc",
);
/** Drawn alike within Latin, and digits in the place of letters; l, I, 1 and | are one stroke. */
const STROKES = pairs("0o1iliıi|i!i5s$s8b@aðdøođdħhłiŧt");

/** What a reader takes for one letter, once spaces and marks are gone. @type {[RegExp, string][]} */
const CLUSTERS = [[/rn/g, "m"], [/vv/g, "w"]];

/**
 * What is left of a name when everything that a glance passes over is taken away; empty when nothing is.
 * @param {string} name
 */
export function skeleton(name) {
  const shaped = replace(name.normalize("NFKC"), CAPITALS);
  const small = replace(shaped.toLowerCase(), SMALL);
  // Accents, spaces, joiners and punctuation are easily overlooked, or cannot be seen at all. Vowel signs of scripts
  // that write with them are no such marks.
  const plain = small.normalize("NFD").replace(
    /\p{Script=Inherited}|[^\p{L}\p{M}\p{N}|!$@\p{Extended_Pictographic}]/gu,
    "",
  );
  return CLUSTERS.reduce((text, [cluster, letter]) => text.replace(cluster, letter), replace(plain, STROKES));
}

/**
 * Who is called like somebody else: `same` to the letter, `alike` at a glance.
 * @param {readonly { key: string, name: string | null }[]} people oneself included
 * @returns {Map<string, "same" | "alike">} by key; nobody who stands alone
 */
export function lookalikes(people) {
  /** @type {Map<string, { key: string, name: string }[]>} */
  const groups = new Map();
  for (const { key, name } of people) {
    const bones = name === null ? "" : skeleton(name);
    if (name === null || bones === "") continue;
    groups.set(bones, [...groups.get(bones) ?? [], { key, name }]);
  }
  /** @type {Map<string, "same" | "alike">} */
  const found = new Map();
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    for (const { key, name } of group) {
      const same = group.some((other) => other.key !== key && other.name === name);
      found.set(key, same ? "same" : "alike");
    }
  }
  return found;
}

/** @param {string} text what looks like, letter by letter @returns {Map<string, string>} */
function pairs(text) {
  const letters = [...text];
  return new Map(letters.flatMap((letter, at) => at % 2 === 0 ? [[letter, letters[at + 1]]] : []));
}

/** @param {string} text @param {Map<string, string>} table */
function replace(text, table) {
  return [...text].map((letter) => table.get(letter) ?? letter).join("");
}
