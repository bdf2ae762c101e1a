// @ts-check
import { arrange, bestFit } from "../../../Web/ui/layout.js";
import { deepEqual, equal, ok } from "node:assert/strict";
/** @typedef {import("../../../Web/ui/layout.js").Box} Box */

const AREAS = [[1248, 620], [1248, 640], [880, 620], [374, 690], [304, 420], [624, 280], [1800, 900], [600, 900]];

/** @param {Box} a @param {Box} b */
const overlap = (a, b) =>
  a.x + a.width > b.x + 0.01 && b.x + b.width > a.x + 0.01 && a.y + a.height > b.y + 0.01 &&
  b.y + b.height > a.y + 0.01;

/** @param {Box[]} boxes @param {number} width @param {number} height */
function check(boxes, width, height) {
  boxes.forEach((box, i) => {
    ok(box.width > 0 && box.height > 0, `tile ${i} is visible`);
    ok(box.x >= -0.01 && box.x + box.width <= width + 0.01, `tile ${i} lies within the width`);
    ok(box.y >= -0.01 && box.y + box.height <= height + 0.01, `tile ${i} lies within the height`);
    boxes.slice(i + 1).forEach((other) => ok(!overlap(box, other), `tile ${i} lies apart`));
  });
}

for (const [width, height] of AREAS) {
  Deno.test(`1 to 10 tiles fit ${width}x${height} without touching, each between 9:16 and 16:9`, () => {
    for (let count = 1; count <= 10; count++) {
      const { boxes } = bestFit(count, width, height);
      equal(boxes.length, count);
      check(boxes, width, height);
      for (const box of boxes) ok(box.width / box.height > 9 / 16 - 0.01 && box.width / box.height < 16 / 9 + 0.01);
    }
  });

  Deno.test(`everybody has a place at ${width}x${height}, on one page or another, screen shared or not`, () => {
    for (const screen of [false, true]) {
      for (let count = 0; count <= 40; count++) {
        const people = Array.from({ length: count }, (_, i) => `person ${i}`);
        const { pages } = arrange({ width, height, people, screen, page: 0 });
        const seen = [];
        for (let page = 0; page < pages; page++) {
          const stage = arrange({ width, height, people, screen, page });
          ok(stage.people.size <= 9, "no more than the node has slots");
          const still = stage.selfFloats ? [] : [stage.self];
          const others = [stage.screen, stage.seat].filter((box) => box !== null);
          check([...stage.people.values(), ...still, ...others], width, height);
          check([stage.self], width, height);
          seen.push(...stage.people.keys());
        }
        deepEqual(seen, people);
      }
    }
  });
}

Deno.test("a wide window sets four people in a square and nine in three rows", () => {
  equal(bestFit(4, 1280, 720).columns, 2);
  equal(bestFit(9, 1280, 720).columns, 3);
});

Deno.test("an upright phone stacks two people", () => {
  deepEqual([bestFit(2, 374, 690).columns, bestFit(2, 374, 690).rows], [1, 2]);
});

Deno.test("a page beyond the last shows the last", () => {
  const people = Array.from({ length: 20 }, (_, i) => `person ${i}`);
  const { page, pages } = arrange({ width: 1248, height: 620, people, screen: false, page: 99 });
  equal(page, pages - 1);
});

Deno.test("nothing is laid out in no space", () => {
  deepEqual(bestFit(3, 0, 500).boxes, []);
});
