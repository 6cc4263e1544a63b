/* A run: its networks, its held-out images, and what was worked out about its codes; as explorer/runs/run.py has it on the server. */
import { f32, fromBase64 } from '../../shell/bytes.js';
import * as files from './files.js';
import { Held } from './heldout_images.js';
import { toNumbers } from './pixels.js';
import { PCG64, Twister, standardNormal } from './random.js';
import { Network } from './runtime.js';
import { Refused } from './refusal.js';

/** @import { Batch, Known, ModelTold, RunTold } from './types' */
/** @typedef {number | null | undefined} Label */

const MOST = 64,
  FEW = 2; /* images that are drawn before grids are */
const LIMIT = 1e6;

/** @type {Map<string, Promise<Run>>} */
const open = new Map();

/** Numbers of 16 bits. @param {Uint8Array} bytes little-endian */
const float16 = (bytes) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    out = new Float32Array(bytes.length / 2);
  for (let i = 0; i < out.length; i++) {
    const bits = view.getUint16(2 * i, true),
      exponent = (bits >> 10) & 31,
      fraction = bits & 1023,
      size = exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24;
    out[i] = bits >> 15 ? -size : size;
  }
  return out;
};

export class Run {
  /** @type {Map<string, Promise<Network>>} */
  #nets = new Map();
  /** @type {Map<string, Promise<any>>} */
  #once = new Map();

  /** @param {string} name @param {RunTold} told @param {ModelTold} model */
  constructor(name, told, model) {
    this.name = name;
    this.told = told;
    this.model = model;
    this.spec = told.spec;
    this.d = told.spec.num_layers * told.spec.w_dim;
    this.sought = false; /* codes of all held-out images were asked for, however long that takes */
    this.held = told.dataset && new Held(told.dataset, model.whole);
  }

  /** A run of the site; one that is not there rejects. @param {string} name @returns {Promise<Run>} */
  static of(name) {
    let found = open.get(name);
    if (!found) {
      const parts = Promise.all([files.json(`data/run/${name}.json`), files.json(`data/model/${name}/model.json`)]);
      open.set(name, (found = parts.then(([told, model]) => new Run(name, told, model))));
      found.catch(() => open.delete(name));
    }
    return found;
  }

  /** Whether a run was opened here already, so that it is loaded. @param {string} name */
  static known(name) {
    return open.has(name);
  }

  /** What `make` gives, kept. @template T @param {string} key @param {() => Promise<T>} make @returns {Promise<T>} */
  once(key, make) {
    let found = this.#once.get(key);
    if (!found) {
      this.#once.set(key, (found = make()));
      found.catch(() => this.#once.delete(key));
    }
    return found;
  }

  /** @param {string} key */
  has(key) {
    return key in this.model.nets;
  }

  /** @param {string} key @returns {Promise<Network>} */
  net(key) {
    if (!this.has(key)) throw new Refused('site.cannot');
    let found = this.#nets.get(key);
    if (!found) {
      this.#nets.set(key, (found = Network.at(`data/model/${this.name}/${this.model.nets[key].file}`)));
      found.catch(() => this.#nets.delete(key));
    }
    return found;
  }

  /** Shape of an image: C, H, W. */
  get shape() {
    return this.spec.shape;
  }

  /** A class for a model that needs one. @param {Label} label @returns {number | null} */
  label(label) {
    const { num_classes: n } = this.spec;
    if (!n) return null;
    if (label !== null && label !== undefined && !(Number.isInteger(label) && label >= 0 && label < n)) throw new Refused('error.link');
    return label ?? 0;
  }

  /** The class of each of n images. @param {number} n @param {Label | number[]} label @returns {number[] | null} */
  #labels(n, label) {
    if (!this.spec.num_classes) return null;
    if (Array.isArray(label)) return label;
    return Array(n).fill(this.label(label));
  }

  /** A code that was sent: flat codes, at least one. @param {string} text @param {number} [most] */
  codes(text, most = 256) {
    const w = f32(text),
      n = w.length / this.d;
    if (!Number.isInteger(n) || n < 1 || n > most || !w.every((v) => Math.abs(v) <= LIMIT)) throw new Refused('error.link');
    return w;
  }

  /** The noise of a seed, (z_dim,). @param {number} seed */
  async z(seed) {
    const { kind, width } = this.model.drawn,
      from = new Twister(seed),
      drawn = kind === 'uniform' ? from.uniform(width) : standardNormal(from, 1, width);
    if (!this.has('prior')) return drawn;
    const { z } = await (await this.net('prior')).run({ drawn: { data: drawn, dims: [1, width] } });
    return Float32Array.from(z.data);
  }

  /** Noise (n, z_dim) as codes (n, d). @param {Float32Array} z @param {Label | number[]} [label] */
  async mapped(z, label) {
    if (!this.model.mapped) return z;
    const n = z.length / this.spec.z_dim,
      labels = this.#labels(n, label),
      given = { z: { data: z, dims: [n, this.spec.z_dim] }, ...(labels && { label: { data: labels, dims: [n] } }) };
    return Float32Array.from((await (await this.net('map')).run(given)).w.data);
  }

  /** The code of a seed, (d,). @param {number} seed @param {Label} [label] */
  async sample(seed, label) {
    return this.mapped(await this.z(seed), label);
  }

  /**
   * What a network makes of codes (n, d) and of what else it is given; of some at a time.
   * @param {string} key @param {Float32Array} w @param {Label | number[]} label
   * @param {Record<string, { data: Float32Array, dims: number[] }>} [more] the same for all
   * @returns {Promise<Batch>} its output `x`
   */
  async drawn(key, w, label, more = {}) {
    const net = await this.net(key),
      { num_layers: layers, w_dim: width } = this.spec,
      [c, h, side] = this.shape,
      n = w.length / this.d,
      labels = this.#labels(n, label),
      data = new Float32Array(n * c * h * side);
    for (let k = 0, many; k < n; k += many) {
      many = Math.min(n - k, net.atOnce(MOST));
      const codes = { data: w.slice(k * this.d, (k + many) * this.d), dims: [many, layers, width] },
        told = labels && { label: { data: labels.slice(k, k + many), dims: [many] } },
        { x } = await net.run({ w: codes, ...told, ...more }, n <= FEW);
      data.set(x.data, k * c * h * side);
    }
    return { n, data };
  }

  /** Codes (n, d) as images (n, C, H, W) in [-1, 1]. @param {Float32Array} w @param {Label | number[]} [label] */
  images(w, label) {
    return this.drawn('draw', w, label);
  }

  /** Bytes (n, C, H, W) as codes (n, d), and their deviations where there are any. @param {Uint8Array} pixels */
  async encoded(pixels) {
    if (!this.spec.encodes) throw new Refused('site.encodes');
    const n = pixels.length / this.shape.reduce((a, b) => a * b),
      { w, sigma } = await (await this.net('encode')).run({ x: { data: toNumbers(pixels), dims: [n, ...this.shape] } });
    if (!w.data.every(Number.isFinite)) throw new Refused('site.diverged');
    return { w: Float32Array.from(w.data), sigma: sigma ? Float32Array.from(sigma.data) : null };
  }

  /** The code of a held-out image, (d,). @param {number} index */
  async point(index) {
    if (!this.held || !(index >= 0 && index < (this.told.points || this.held.n))) throw new Refused('site.point');
    const known = this.model.points[index];
    if (known) return f32(known);
    const kept = this.model.near === 'exact' || this.model.near === 'alike';
    if (kept && (await this.kept())) return (await this.all()).slice(index * this.d, (index + 1) * this.d);
    return (await this.encoded(await this.held.image(index))).w;
  }

  /** The codes of the held-out images on the map as the site holds them, (n, d); null where it does not. */
  kept() {
    return this.once('kept', async () => {
      const kept = this.model.near && (await files.merged(`data/near/${this.name}.planes`).catch(files.left));
      return kept ? this.#whole(float16(kept), this.told.points) : null;
    });
  }

  /** The codes of the held-out images on the map, (n, d). @returns {Promise<Float32Array>} */
  all() {
    this.sought = true;
    return this.once('codes', async () => {
      const held = this.held,
        n = this.told.points,
        kept = await this.kept();
      if (kept) return kept;
      if (!held || !n) throw new Refused('site.codes');
      const all = new Float32Array(n * this.d),
        size = this.shape.reduce((a, b) => a * b);
      for (let k = 0; k < n; k += 100) {
        const many = Math.min(100, n - k),
          part = new Uint8Array(many * size);
        for (let i = 0; i < many; i++) part.set(await held.image(k + i), i * size);
        all.set((await this.encoded(part)).w, k * this.d);
        await new Promise((go) => setTimeout(go)); /* the page stays alive */
      }
      return all;
    });
  }

  /** n codes, of which each may be one style for all layers. @param {Float32Array} codes @param {number} n */
  #whole(codes, n) {
    const width = codes.length / n;
    if (width === this.d) return codes;
    const out = new Float32Array(n * this.d);
    for (let k = 0; k < n; k++)
      for (let at = 0; at < this.d; at += width) out.set(codes.subarray(k * width, (k + 1) * width), k * this.d + at);
    return out;
  }

  /** What was worked out beforehand. @returns {Promise<Known>} */
  known() {
    return this.once('known', () => files.packedJson(`data/known/${this.name}.packed`));
  }

  /** The mean of W, one style; null where there is none. */
  get average() {
    return this.model.average === null ? null : f32(this.model.average);
  }

  /** The strongest directions of its codes (explorer/latent/run_directions.py). */
  get basis() {
    return { mean: f32(this.told.mean), directions: this.told.directions.map((d) => ({ vector: f32(d.vector), sigma: d.sigma })) };
  }

  /** A generator as numpy's, of a seed. @param {number} seed */
  static even(seed) {
    return new PCG64(seed);
  }

  /** Bytes of base64. @param {string} text */
  static bytes(text) {
    return fromBase64(text);
  }
}
