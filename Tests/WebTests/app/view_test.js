// @ts-check
import { deepEqual, equal } from "node:assert/strict";
import { requestView } from "../../../Web/app/view.js";

const range = (/** @type {number} */ count) => Array.from({ length: count }, (_, at) => at);

Deno.test("before anything is on screen every slot asks for a modest picture", () => {
  const view = requestView({ slots: 2, seated: [{ slot: 1, index: 7 }], people: [7], visible: null });
  deepEqual(view, [
    { slot: 0, index: null, height: 360, priority: 1 },
    { slot: 1, index: 7, height: 360, priority: 1 },
  ]);
});

Deno.test("the height of a tile is asked for its person's slot", () => {
  const view = requestView({
    slots: 2,
    seated: [{ slot: 0, index: 4 }, { slot: 1, index: 7 }],
    people: [4, 7],
    visible: [{ index: 7, height: 719.6 }],
  });
  deepEqual(view.map(({ height }) => height), [0, 720]);
});

Deno.test("heights are whole numbers within bounds", () => {
  for (const [height, asked] of [[-5, 0], [NaN, 0], [1e9, 2160], [180.4, 180]]) {
    const view = requestView({
      slots: 1,
      seated: [{ slot: 0, index: 1 }],
      people: [1],
      visible: [{ index: 1, height }],
    });
    equal(view[0].height, asked);
  }
});

Deno.test("where there is room for all nobody is moved", () => {
  const view = requestView({ slots: 3, seated: [], people: [1, 2], visible: [{ index: 2, height: 300 }] });
  deepEqual(view.map(({ index }) => index), [null, null, null]);
});

Deno.test("in a large room who comes into view takes the place of somebody out of view", () => {
  const view = requestView({
    slots: 2,
    seated: [{ slot: 0, index: 0 }, { slot: 1, index: 1 }],
    people: range(5),
    visible: [{ index: 0, height: 300 }, { index: 4, height: 200 }],
  });
  deepEqual(view.map(({ index }) => index), [0, 4]);
});

Deno.test("in a large room the larger tile wins the last slot", () => {
  const view = requestView({
    slots: 1,
    seated: [],
    people: range(3),
    visible: [{ index: 1, height: 100 }, { index: 2, height: 500 }],
  });
  deepEqual(view.map(({ index }) => index), [2]);
});

Deno.test("who left holds no slot", () => {
  const view = requestView({ slots: 1, seated: [{ slot: 0, index: 3 }], people: [], visible: null });
  equal(view[0].index, null);
});
