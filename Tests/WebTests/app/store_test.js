// @ts-check
import { deepEqual, equal, notEqual } from "node:assert/strict";
import { createStore, initialState } from "../../../Web/app/store.js";
import { settle } from "./fakes.js";

Deno.test("changes of one task are told together", async () => {
  const store = createStore();
  let told = 0;
  store.subscribe(() => told += 1);
  store.update(() => ({ unread: 1 }));
  store.update(({ unread }) => ({ unread: unread + 1 }));
  equal(store.get().unread, 2);
  await settle();
  equal(told, 1);
});

Deno.test("a change to the same value is none", async () => {
  const store = createStore();
  const before = store.get();
  store.subscribe(() => {
    throw new Error("told of nothing");
  });
  store.update(() => ({ unread: 0, link: "" }));
  await settle();
  equal(store.get(), before);
});

Deno.test("parts that did not change keep their identity", () => {
  const store = createStore();
  const { people, self } = store.get();
  store.update(({ self }) => ({ self: { ...self, name: "Ana" } }));
  equal(store.get().people, people);
  notEqual(store.get().self, self);
});

Deno.test("whoever stopped listening is not told", async () => {
  const store = createStore(initialState());
  /** @type {number[]} */
  const told = [];
  const stop = store.subscribe(() => told.push(1));
  store.subscribe(() => told.push(2));
  store.update(() => ({ unread: 1 }));
  stop();
  await settle();
  deepEqual(told, [2]);
});
