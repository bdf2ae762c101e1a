// @ts-check
/** @typedef {{ index: number, height: number }} VisibleTile */
/** @typedef {import("./wire.js").ViewSlot} ViewSlot */

const MAX_HEIGHT = 2160;
const DEFAULT_HEIGHT = 360;

/**
 * What to ask of the node, given what is on screen. People keep the slot they have; who comes into view takes a free
 * slot, else that of somebody out of view. A slot out of view asks for height 0: sound without picture.
 * @param {object} room
 * @param {number} room.slots how many there are
 * @param {{ slot: number, index: number }[]} room.seated
 * @param {number[]} room.people everybody else in the room
 * @param {VisibleTile[] | null} room.visible null before the interface has said anything
 * @returns {ViewSlot[]}
 */
export function requestView({ slots, seated, people, visible }) {
  const heights = new Map(visible?.map(({ index, height }) => [index, clampHeight(height)]));
  const present = new Set(people);
  /** @type {(number | null)[]} */
  const occupants = Array(slots).fill(null);
  for (const { slot, index } of seated) if (slot < slots && present.has(index)) occupants[slot] = index;

  const unseated = people.filter((index) => !occupants.includes(index));
  // Nobody is moved while there is room for all: the node seats people as they come.
  if (people.length > slots) {
    const wanted = unseated.filter((index) => heights.has(index)).sort((a, b) => height(b) - height(a));
    for (const index of wanted) {
      const free = occupants.findIndex((occupant) => occupant === null);
      const slot = free >= 0 ? free : occupants.findIndex((occupant) => occupant !== null && !heights.has(occupant));
      if (slot < 0) break;
      occupants[slot] = index;
    }
  }
  return occupants.map((index, slot) => {
    const pixels = index === null ? DEFAULT_HEIGHT : height(index);
    return { slot, index, height: pixels, priority: priority(pixels) };
  });

  /** @param {number} index */
  function height(index) {
    return visible === null ? DEFAULT_HEIGHT : heights.get(index) ?? 0;
  }
}

/** @param {number} height @returns {number} */
function clampHeight(height) {
  return Number.isFinite(height) ? Math.round(Math.min(Math.max(height, 0), MAX_HEIGHT)) : 0;
}

/** The person somebody looks at is drawn large. @param {number} height */
function priority(height) {
  if (height === 0) return 0;
  return height >= 540 ? 2 : 1;
}
