// @ts-check
// Where everybody sits. Pure: sizes in CSS pixels in, boxes out; the stage only writes them to the DOM.

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */
/** @typedef {{ columns: number, rows: number, boxes: Box[] }} Grid */

const GAP = 10;
/** A tile may be as tall as 3:4 and as wide as 16:9; one alone on a phone held upright fills it. */
const NARROWEST = 3 / 4;
const NARROWEST_ALONE = 9 / 16;
const WIDEST = 16 / 9;
/** The node offers nine person slots. */
const MOST = 9;
/** The least that still shows a face; beside a screen faces may be smaller. */
const SMALLEST = { width: 132, height: 96 };
const SMALLEST_ASIDE = { width: 104, height: 80 };
const PAGER = 52;

/**
 * The grid of equal tiles that covers the most of an area, last row centred.
 * @param {number} count
 * @param {number} width
 * @param {number} height
 * @param {number} [gap]
 * @returns {Grid}
 */
export function bestFit(count, width, height, gap = GAP) {
  if (count < 1 || width <= 0 || height <= 0) return { columns: 0, rows: 0, boxes: [] };
  let best = { columns: 1, rows: count, width: 0, height: 0, score: -1 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    // A grid with an empty column or row is another, better one.
    if (Math.ceil(count / rows) !== columns) continue;
    const cellWidth = Math.max(0, (width - gap * (columns - 1)) / columns);
    const cellHeight = Math.max(0, (height - gap * (rows - 1)) / rows);
    const size = fitAspect(cellWidth, cellHeight, count === 1 ? NARROWEST_ALONE : NARROWEST);
    // What is seen of a landscape picture cropped into the tile decides, so that tall slivers lose.
    const score = size.width * Math.min(size.height, size.width / 1.1);
    if (score > best.score + 0.5) best = { columns, rows, ...size, score };
  }
  return { columns: best.columns, rows: best.rows, boxes: place(count, best, width, height, gap) };
}

/**
 * The largest tile with an allowed shape inside a cell.
 * @param {number} width
 * @param {number} height
 * @param {number} narrowest
 */
function fitAspect(width, height, narrowest) {
  if (width > height * WIDEST) return { width: height * WIDEST, height };
  if (width < height * narrowest) return { width, height: width / narrowest };
  return { width, height };
}

/**
 * @param {number} count
 * @param {{ columns: number, rows: number, width: number, height: number }} grid
 * @param {number} width
 * @param {number} height
 * @param {number} gap
 * @returns {Box[]}
 */
function place(count, grid, width, height, gap) {
  const top = (height - grid.rows * grid.height - (grid.rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor(i / grid.columns);
    const inRow = row === grid.rows - 1 ? count - row * grid.columns : grid.columns;
    const left = (width - inRow * grid.width - (inRow - 1) * gap) / 2;
    return {
      x: left + (i % grid.columns) * (grid.width + gap),
      y: top + row * (grid.height + gap),
      width: grid.width,
      height: grid.height,
    };
  });
}

/**
 * How many tiles of a bearable size an area holds, at least one.
 * @param {number} width
 * @param {number} height
 * @param {{ width: number, height: number }} smallest
 */
function capacity(width, height, smallest) {
  const columns = Math.max(1, Math.floor((width + GAP) / (smallest.width + GAP)));
  const rows = Math.max(1, Math.floor((height + GAP) / (smallest.height + GAP)));
  return columns * rows;
}

/**
 * @typedef {object} Stage
 * @property {Map<string, Box>} people by key, those on this page
 * @property {Box} self
 * @property {boolean} selfFloats the own view lies over the picture instead of beside it
 * @property {Box | null} seat the empty chair shown to somebody who is alone
 * @property {Box | null} screen
 * @property {Box | null} pager where to turn pages, when there is more than one
 * @property {number} page the page shown, after clamping
 * @property {number} pages
 */

/**
 * Arranges people, the own view and a shared screen on the stage.
 * @param {{ width: number, height: number, people: string[], screen: boolean, page: number }} input
 * @returns {Stage}
 */
export function arrange({ width, height, people, screen, page }) {
  if (screen) return withScreen(width, height, people, page);
  if (people.length === 0) {
    const [self, seat] = bestFit(2, width, height).boxes;
    return { people: new Map(), self, selfFloats: false, seat, screen: null, pager: null, page: 0, pages: 1 };
  }
  if (people.length <= 2) {
    const { boxes } = bestFit(people.length, width, height);
    const self = floating(width, height);
    return {
      people: zip(people, boxes),
      self,
      selfFloats: true,
      seat: null,
      screen: null,
      pager: null,
      page: 0,
      pages: 1,
    };
  }
  return { ...paged(people, page, { x: 0, y: 0, width, height }), selfFloats: false, seat: null, screen: null };
}

/**
 * A grid of people with the own view last, in pages when the area or the slots do not suffice.
 * @param {string[]} people
 * @param {number} page
 * @param {Box} area
 * @param {{ width: number, height: number }} [smallest]
 */
function paged(people, page, area, smallest = SMALLEST) {
  const whole = Math.min(MOST, capacity(area.width, area.height, smallest) - 1);
  if (people.length <= whole) {
    const boxes = shift(bestFit(people.length + 1, area.width, area.height).boxes, area);
    return { people: zip(people, boxes), self: boxes[people.length], pager: null, page: 0, pages: 1 };
  }
  const height = area.height - PAGER;
  const each = Math.max(1, Math.min(MOST, capacity(area.width, height, smallest) - 1));
  const pages = Math.ceil(people.length / each);
  const shown = Math.max(0, Math.min(page, pages - 1));
  const here = people.slice(shown * each, (shown + 1) * each);
  // Tiles keep their size on the last page: people do not jump about while paging.
  const boxes = shift(bestFit(each + 1, area.width, height).boxes, area);
  const pager = { x: area.x, y: area.y + area.height - PAGER, width: area.width, height: PAGER };
  return { people: zip(here, boxes), self: boxes[each], pager, page: shown, pages };
}

/**
 * @param {number} width
 * @param {number} height
 * @param {string[]} people
 * @param {number} page
 * @returns {Stage}
 */
function withScreen(width, height, people, page) {
  if (width > height * 1.1) {
    const strip = Math.max(140, Math.min(240, width * 0.2));
    const screen = { x: 0, y: 0, width: width - strip - GAP, height };
    const area = { x: width - strip, y: 0, width: strip, height };
    return { ...paged(people, page, area, SMALLEST_ASIDE), selfFloats: false, seat: null, screen };
  }
  const screen = { x: 0, y: 0, width, height: Math.min(width / WIDEST, height * 0.6) };
  const area = { x: 0, y: screen.height + GAP, width, height: height - screen.height - GAP };
  return { ...paged(people, page, area, SMALLEST_ASIDE), selfFloats: false, seat: null, screen };
}

/**
 * The own view in the lower end corner.
 * @param {number} width
 * @param {number} height
 * @returns {Box}
 */
function floating(width, height) {
  const upright = height > width;
  const own = upright ? Math.min(120, width * 0.3) : Math.min(220, width * 0.24, height * 0.4 * WIDEST);
  const size = { width: own, height: upright ? own / NARROWEST : own / WIDEST };
  return { x: width - size.width - GAP, y: height - size.height - GAP, ...size };
}

/** @param {Box[]} boxes @param {Box} area */
function shift(boxes, area) {
  return boxes.map((box) => ({ ...box, x: box.x + area.x, y: box.y + area.y }));
}

/** @param {string[]} people @param {Box[]} boxes @returns {Map<string, Box>} */
function zip(people, boxes) {
  return new Map(people.map((key, i) => [key, boxes[i]]));
}
