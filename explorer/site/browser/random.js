/* What a seed draws, as Python draws it: torch's generator on the CPU (Mersenne Twister, Matsumoto & Nishimura 1998) with its normal
 * numbers (Box & Muller 1958, sixteen at a time), and numpy's (PCG64, O'Neill 2014). No window, no document. */

const N = 624,
  M = 397,
  BLOCK = 16; /* normal numbers come sixteen at a time */

/** torch.Generator().manual_seed(seed). */
export class Twister {
  #state = new Uint32Array(N);
  #at = N;

  /** @param {number} seed whole, from 0; torch takes its lower 32 bits */
  constructor(seed) {
    const state = this.#state;
    state[0] = seed % 2 ** 32;
    for (let i = 1; i < N; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
  }

  #more() {
    const s = this.#state;
    for (let k = 0; k < N; k++) {
      const y = (s[k] & 0x80000000) | (s[(k + 1) % N] & 0x7fffffff);
      s[k] = s[(k + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }

  /** 32 random bits. */
  bits() {
    if (this.#at === N) this.#more();
    let y = this.#state[this.#at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** torch.rand: n numbers in [0, 1), each of 24 bits. @param {number} n */
  uniform(n) {
    return Float32Array.from({ length: n }, () => (this.bits() & 0xffffff) / 2 ** 24);
  }

  /** torch.randn of a length that sixteen divides. @param {number} n */
  normal(n) {
    if (n % BLOCK) throw new RangeError(`${n} numbers are no whole blocks of ${BLOCK}`);
    const out = this.uniform(n);
    for (let i = 0; i < n; i += BLOCK)
      for (let j = i; j < i + BLOCK / 2; j++) {
        const radius = Math.sqrt(-2 * Math.log(1 - out[j])),
          angle = 2 * Math.PI * out[j + BLOCK / 2];
        out[j] = radius * Math.cos(angle);
        out[j + BLOCK / 2] = radius * Math.sin(angle);
      }
    return out;
  }
}

/** training/model.py standard_normal: rows of `width` normal numbers, each row drawn in whole blocks. @param {Twister} from */
export const standardNormal = (from, /** @type {number} */ rows, /** @type {number} */ width) => {
  const whole = Math.ceil(width / BLOCK) * BLOCK,
    drawn = from.normal(rows * whole),
    out = new Float32Array(rows * width);
  for (let k = 0; k < rows; k++) out.set(drawn.subarray(k * whole, k * whole + width), k * width);
  return out;
};

const U64 = (1n << 64n) - 1n,
  U128 = (1n << 128n) - 1n,
  MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

/** numpy's SeedSequence: a seed, spread over so many words of 32 bits. @param {number} seed @param {number} words */
const spreadSeed = (seed, words) => {
  const low = seed % 2 ** 32,
    high = Math.floor(seed / 2 ** 32),
    entropy = high ? [low, high] : [low],
    pool = new Uint32Array(4);
  let a = 0x43b0d7e5;
  const hashed = (/** @type {number} */ value) => {
    let v = Math.imul(value ^ a, (a = Math.imul(a, 0x931e8875)));
    v ^= v >>> 16;
    return v >>> 0;
  };
  const mixed = (/** @type {number} */ x, /** @type {number} */ y) => {
    const v = Math.imul(x, 0xca01f9dd) - Math.imul(y, 0x4973f715);
    return (v ^ (v >>> 16)) >>> 0;
  };
  for (let i = 0; i < 4; i++) pool[i] = hashed(entropy[i] ?? 0);
  for (let from = 0; from < 4; from++) for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mixed(pool[to], hashed(pool[from]));
  let b = 0x8b51f9dd;
  return Uint32Array.from({ length: words }, (_, i) => {
    let v = (pool[i % 4] ^ b) >>> 0;
    b = Math.imul(b, 0x58f38ded);
    v = Math.imul(v, b);
    return (v ^ (v >>> 16)) >>> 0;
  });
};

/** numpy.random.default_rng(seed). */
export class PCG64 {
  /** @type {bigint} */
  #state;
  /** @type {bigint} */
  #step;

  /** @param {number} seed whole, from 0 */
  constructor(seed) {
    const words = spreadSeed(seed, 8),
      pair = (/** @type {number} */ k) => (BigInt(words[2 * k + 1]) << 32n) | BigInt(words[2 * k]),
      from = (pair(0) << 64n) | pair(1);
    this.#step = ((((pair(2) << 64n) | pair(3)) << 1n) | 1n) & U128;
    this.#state = 0n;
    this.#next();
    this.#state = (this.#state + from) & U128;
    this.#next();
  }

  #next() {
    this.#state = (this.#state * MULTIPLIER + this.#step) & U128;
    return this.#state;
  }

  /** A number in [0, 1) of 53 bits. */
  double() {
    const s = this.#next(),
      x = ((s >> 64n) ^ s) & U64,
      turn = s >> 122n,
      bits = ((x >> turn) | (x << (64n - turn))) & U64;
    return Number(bits >> 11n) / 2 ** 53;
  }

  /** n numbers in [low, high). @param {number} n @param {number} low @param {number} high */
  uniform(n, low, high) {
    return Float64Array.from({ length: n }, () => low + (high - low) * this.double());
  }
}
