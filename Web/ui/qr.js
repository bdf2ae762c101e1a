// @ts-check
// QR code encoder (ISO/IEC 18004): byte mode, error correction level M, versions 1 to 20 (666 bytes). An invitation is
// about 80 bytes, so version 6 or so; drawing it here means that no link is ever handed to somebody else's service.

/** Error correction codewords per block, level M, by version (index 0 unused). */
const PER_BLOCK = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
/** Error correction blocks, level M, by version. */
const BLOCKS = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
const LAST_VERSION = 20;

/** @typedef {{ size: number, modules: Uint8Array }} QRCode modules are row by row, 1 is dark */

/** Thrown when the text does not fit version 20. */
export class QRTooLongError extends Error {}

/**
 * Encodes text as UTF-8. The mask is the one with the lowest penalty unless one is forced (tests).
 * @param {string} text
 * @param {number} [forcedMask] 0 to 7
 * @returns {QRCode}
 */
export function encodeQR(text, forcedMask) {
  const data = new TextEncoder().encode(text);
  const version = smallestVersion(data.length);
  const matrix = new Matrix(version);
  matrix.placeCodewords(interleave(padded(data, version), version));
  const masks = forcedMask === undefined ? [0, 1, 2, 3, 4, 5, 6, 7] : [forcedMask];
  let best = masks[0];
  let lowest = Infinity;
  for (const mask of masks) {
    matrix.toggleMask(mask);
    matrix.drawFormat(mask);
    const penalty = matrix.penalty();
    if (penalty < lowest) [best, lowest] = [mask, penalty];
    matrix.toggleMask(mask);
  }
  matrix.toggleMask(best);
  matrix.drawFormat(best);
  return { size: matrix.size, modules: matrix.modules };
}

/**
 * One SVG path of unit squares for the dark modules, runs in a row joined.
 * @param {QRCode} code
 * @param {number} quiet modules of margin
 */
export function qrPath(code, quiet) {
  let path = "";
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      if (!code.modules[y * code.size + x]) continue;
      const start = x;
      while (x + 1 < code.size && code.modules[y * code.size + x + 1]) x++;
      path += `M${start + quiet} ${y + quiet}h${x - start + 1}v1h${start - x - 1}z`;
    }
  }
  return path;
}

/** @param {number} version */
function rawModules(version) {
  let result = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const align = Math.floor(version / 7) + 2;
    result -= (25 * align - 10) * align - 55;
    if (version >= 7) result -= 36;
  }
  return result;
}

/** @param {number} version */
function dataCapacity(version) {
  return Math.floor(rawModules(version) / 8) - PER_BLOCK[version] * BLOCKS[version];
}

/** @param {number} length */
function smallestVersion(length) {
  for (let version = 1; version <= LAST_VERSION; version++) {
    const header = version < 10 ? 12 : 20;
    if (length * 8 + header <= dataCapacity(version) * 8) return version;
  }
  throw new QRTooLongError(`${length} bytes`);
}

/**
 * Mode, length, data, terminator and pad bytes (§7.4).
 * @param {Uint8Array} data
 * @param {number} version
 */
function padded(data, version) {
  /** @type {number[]} */
  const bits = [];
  const push = (/** @type {number} */ value, /** @type {number} */ count) => {
    for (let i = count - 1; i >= 0; i--) bits.push((value >>> i) & 1);
  };
  push(4, 4);
  push(data.length, version < 10 ? 8 : 16);
  for (const byte of data) push(byte, 8);
  const capacity = dataCapacity(version) * 8;
  push(0, Math.min(4, capacity - bits.length));
  push(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < capacity; pad ^= 0xec ^ 0x11) push(pad, 8);
  const bytes = new Uint8Array(capacity / 8);
  bits.forEach((bit, i) => bytes[i >>> 3] |= bit << (7 - (i & 7)));
  return bytes;
}

/**
 * Splits data into blocks, appends the error correction of each, and interleaves them (§7.6).
 * @param {Uint8Array} data
 * @param {number} version
 */
function interleave(data, version) {
  const count = BLOCKS[version];
  const eccLength = PER_BLOCK[version];
  const total = Math.floor(rawModules(version) / 8);
  const shortLength = Math.floor(total / count) - eccLength;
  const shortBlocks = count - (total % count);
  const divisor = generator(eccLength);
  const blocks = [];
  const eccs = [];
  for (let i = 0, offset = 0; i < count; i++) {
    const length = shortLength + (i < shortBlocks ? 0 : 1);
    const block = data.subarray(offset, offset + length);
    offset += length;
    blocks.push(block);
    eccs.push(remainder(block, divisor));
  }
  const out = [];
  for (let i = 0; i <= shortLength; i++) for (const block of blocks) if (i < block.length) out.push(block[i]);
  for (let i = 0; i < eccLength; i++) for (const ecc of eccs) out.push(ecc[i]);
  return out;
}

/**
 * Product in GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1.
 * @param {number} x
 * @param {number} y
 */
function multiply(x, y) {
  let z = 0;
  for (let i = 7; i >= 0; i--) {
    z = (z << 1) ^ ((z >>> 7) * 0x11d);
    z ^= ((y >>> i) & 1) * x;
  }
  return z;
}

/** @param {number} degree */
function generator(degree) {
  const result = new Uint8Array(degree);
  result[degree - 1] = 1;
  let root = 1;
  for (let i = 0; i < degree; i++) {
    for (let j = 0; j < degree; j++) result[j] = multiply(result[j], root) ^ (j + 1 < degree ? result[j + 1] : 0);
    root = multiply(root, 2);
  }
  return result;
}

/**
 * @param {Uint8Array} data
 * @param {Uint8Array} divisor
 */
function remainder(data, divisor) {
  const result = new Uint8Array(divisor.length);
  for (const byte of data) {
    const factor = byte ^ result[0];
    result.copyWithin(0, 1);
    result[result.length - 1] = 0;
    divisor.forEach((coefficient, i) => result[i] ^= multiply(coefficient, factor));
  }
  return result;
}

/** The square: function patterns first, then codewords, then a mask. */
class Matrix {
  /** @param {number} version */
  constructor(version) {
    this.version = version;
    this.size = version * 4 + 17;
    this.modules = new Uint8Array(this.size * this.size);
    this.reserved = new Uint8Array(this.size * this.size);
    this.drawFunctionPatterns();
  }

  /** @param {number} x @param {number} y @param {number | boolean} dark */
  fix(x, y, dark) {
    this.modules[y * this.size + x] = dark ? 1 : 0;
    this.reserved[y * this.size + x] = 1;
  }

  drawFunctionPatterns() {
    for (let i = 0; i < this.size; i++) {
      this.fix(6, i, i % 2 === 0);
      this.fix(i, 6, i % 2 === 0);
    }
    for (const [x, y] of [[3, 3], [this.size - 4, 3], [3, this.size - 4]]) this.drawFinder(x, y);
    const centres = this.alignmentCentres();
    const last = centres.length - 1;
    centres.forEach((y, i) =>
      centres.forEach((x, j) => {
        const onFinder = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0);
        if (!onFinder) this.drawAlignment(x, y);
      })
    );
    this.drawFormat(0);
    this.drawVersion();
  }

  /** @param {number} cx @param {number} cy */
  drawFinder(cx, cy) {
    for (let dy = -4; dy <= 4; dy++) {
      for (let dx = -4; dx <= 4; dx++) {
        const distance = Math.max(Math.abs(dx), Math.abs(dy));
        const [x, y] = [cx + dx, cy + dy];
        if (x >= 0 && x < this.size && y >= 0 && y < this.size) this.fix(x, y, distance !== 2 && distance !== 4);
      }
    }
  }

  /** @param {number} cx @param {number} cy */
  drawAlignment(cx, cy) {
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -2; dx <= 2; dx++) this.fix(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
    }
  }

  /** @returns {number[]} */
  alignmentCentres() {
    if (this.version === 1) return [];
    const count = Math.floor(this.version / 7) + 2;
    const step = Math.floor((this.version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2;
    const centres = [6];
    for (let at = this.size - 7; centres.length < count; at -= step) centres.splice(1, 0, at);
    return centres;
  }

  /** Level M and the mask with their BCH code, twice (§7.9). @param {number} mask */
  drawFormat(mask) {
    let rest = mask;
    for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
    const bits = ((mask << 10) | rest) ^ 0x5412;
    const bit = (/** @type {number} */ i) => (bits >>> i) & 1;
    for (let i = 0; i <= 5; i++) this.fix(8, i, bit(i));
    this.fix(8, 7, bit(6));
    this.fix(8, 8, bit(7));
    this.fix(7, 8, bit(8));
    for (let i = 9; i < 15; i++) this.fix(14 - i, 8, bit(i));
    for (let i = 0; i < 8; i++) this.fix(this.size - 1 - i, 8, bit(i));
    for (let i = 8; i < 15; i++) this.fix(8, this.size - 15 + i, bit(i));
    this.fix(8, this.size - 8, 1);
  }

  /** Version with its BCH code, from version 7 (§7.10). */
  drawVersion() {
    if (this.version < 7) return;
    let rest = this.version;
    for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
    const bits = (this.version << 12) | rest;
    for (let i = 0; i < 18; i++) {
      const a = this.size - 11 + (i % 3);
      const b = Math.floor(i / 3);
      this.fix(a, b, (bits >>> i) & 1);
      this.fix(b, a, (bits >>> i) & 1);
    }
  }

  /** Zigzag from the lower right corner (§7.7.3). @param {number[]} codewords */
  placeCodewords(codewords) {
    let i = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step++) {
        const upward = ((right + 1) & 2) === 0;
        const y = upward ? this.size - 1 - step : step;
        for (const x of [right, right - 1]) {
          if (this.reserved[y * this.size + x] || i >= codewords.length * 8) continue;
          this.modules[y * this.size + x] = (codewords[i >>> 3] >>> (7 - (i & 7))) & 1;
          i++;
        }
      }
    }
  }

  /** Applying it twice undoes it (§7.8.2). @param {number} mask */
  toggleMask(mask) {
    for (let y = 0; y < this.size; y++) {
      for (let x = 0; x < this.size; x++) {
        if (!this.reserved[y * this.size + x] && MASKS[mask](x, y)) this.modules[y * this.size + x] ^= 1;
      }
    }
  }

  /** The four rules of §7.8.3. */
  penalty() {
    const { size } = this;
    const row = (/** @type {number} */ a, /** @type {number} */ b) => this.modules[a * size + b];
    const column = (/** @type {number} */ a, /** @type {number} */ b) => this.modules[b * size + a];
    let result = linePenalty(size, row) + linePenalty(size, column);
    let dark = 0;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        dark += row(y, x);
        if (x + 1 === size || y + 1 === size) continue;
        const sum = row(y, x) + row(y, x + 1) + row(y + 1, x) + row(y + 1, x + 1);
        if (sum === 0 || sum === 4) result += 3;
      }
    }
    result += Math.floor(Math.abs(dark * 20 - size * size * 10) / (size * size)) * 10;
    return result;
  }
}

const MASKS = [
  (/** @type {number} */ x, /** @type {number} */ y) => (x + y) % 2 === 0,
  (/** @type {number} */ _x, /** @type {number} */ y) => y % 2 === 0,
  (/** @type {number} */ x) => x % 3 === 0,
  (/** @type {number} */ x, /** @type {number} */ y) => (x + y) % 3 === 0,
  (/** @type {number} */ x, /** @type {number} */ y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (/** @type {number} */ x, /** @type {number} */ y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (/** @type {number} */ x, /** @type {number} */ y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (/** @type {number} */ x, /** @type {number} */ y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/**
 * Runs of five and more, and patterns that look like a finder.
 * @param {number} size
 * @param {(line: number, at: number) => number} get
 */
function linePenalty(size, get) {
  let result = 0;
  for (let line = 0; line < size; line++) {
    let run = 0;
    let window = 0;
    for (let at = 0; at < size; at++) {
      const bit = get(line, at);
      run = at > 0 && bit === get(line, at - 1) ? run + 1 : 1;
      if (run === 5) result += 3;
      else if (run > 5) result += 1;
      window = ((window << 1) | bit) & 0x7ff;
      if (at >= 10 && (window === 0x5d0 || window === 0x05d)) result += 40;
    }
  }
  return result;
}
