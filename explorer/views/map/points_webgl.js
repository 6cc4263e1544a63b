/* Points in space, drawn by WebGL: round, smaller the farther they are, faint ones behind all others. */
import { density } from '../../shell/pictures.js';
import { sight, unit } from './camera_3d.js';

/** @typedef {{ xyz: Float32Array, colours: Uint8Array, order: Uint32Array, faint: number }} Cloud order: the faint ones first, so many */

const VERTEX = `
attribute vec3 place; attribute vec4 colour;
uniform vec3 right, up, towards; uniform vec2 scale; uniform float far, size;
varying vec4 tint;
void main() {
  float depth = far - dot(place, towards);
  gl_Position = vec4(dot(place, right) * scale.x, dot(place, up) * scale.y, depth * (depth / 8.0 - 1.0), depth);
  gl_PointSize = clamp(size / depth, 1.5, 40.0);
  tint = colour;
}`;
const FRAGMENT = `
precision mediump float;
varying vec4 tint;
void main() {
  float r = length(gl_PointCoord - 0.5), alpha = tint.a * (1.0 - smoothstep(0.4, 0.5, r));
  if (alpha < 0.02) discard;
  gl_FragColor = vec4(tint.rgb * alpha, alpha);
}`;

/** @param {WebGLRenderingContext} gl */
const program = (gl) => {
  const made = /** @type {WebGLProgram} */ (gl.createProgram());
  for (const [kind, source] of /** @type {const} */ ([
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ])) {
    const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  return gl.getProgramParameter(made, gl.LINK_STATUS) ? made : null;
};

export class Points {
  #canvas;
  #gl;
  #program;
  /** @type {Cloud | null} */
  #cloud = null;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#gl = canvas.getContext('webgl', { antialias: false, preserveDrawingBuffer: true });
    this.#program = this.#gl && program(this.#gl);
  }

  /** Whether this browser can draw them, and still does. */
  get able() {
    return !!this.#gl && !!this.#program && !this.#gl.isContextLost();
  }

  /** @param {Cloud} cloud */
  set(cloud) {
    const gl = this.#gl,
      of = this.#program;
    this.#cloud = cloud;
    if (!gl || !of) return;
    gl.useProgram(of);
    /** @param {string} name @param {number} n @param {number} kind @param {ArrayBufferView<ArrayBuffer>} values */
    const attribute = (name, n, kind, values) => {
      const at = gl.getAttribLocation(of, name);
      gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
      gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, n, kind, kind === gl.UNSIGNED_BYTE, 0, 0);
    };
    /* in the order of drawing, so that no list of indices has to be as wide as 70,000 */
    const { xyz, colours, order } = cloud,
      places = new Float32Array(xyz.length),
      tints = new Uint8Array(colours.length);
    order.forEach((i, k) => {
      places.set(xyz.subarray(3 * i, 3 * i + 3), 3 * k);
      tints.set(colours.subarray(4 * i, 4 * i + 4), 4 * k);
    });
    attribute('place', 3, gl.FLOAT, places);
    attribute('colour', 4, gl.UNSIGNED_BYTE, tints);
  }

  /** @param {number[]} eye @param {number} size of a point at distance 1, in pixels of the page */
  draw(eye, size) {
    const gl = this.#gl,
      of = this.#program,
      { clientWidth: width, clientHeight: height } = this.#canvas,
      zoom = density();
    if (!gl || !of || !this.#cloud || !width || !height) return;
    const { right, up, towards, far } = sight(eye),
      k = unit(width, height),
      at = (/** @type {string} */ name) => gl.getUniformLocation(of, name);
    if (this.#canvas.width !== Math.round(width * zoom)) this.#canvas.width = Math.round(width * zoom);
    if (this.#canvas.height !== Math.round(height * zoom)) this.#canvas.height = Math.round(height * zoom);
    gl.viewport(0, 0, this.#canvas.width, this.#canvas.height);
    gl.uniform3fv(at('right'), right);
    gl.uniform3fv(at('up'), up);
    gl.uniform3fv(at('towards'), towards);
    gl.uniform2f(at('scale'), (2 * k) / width, (2 * k) / height);
    gl.uniform1f(at('far'), far);
    gl.uniform1f(at('size'), size * zoom);
    gl.clearColor(0, 0, 0, 0);
    gl.depthMask(true);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.enable(gl.DEPTH_TEST);
    const { faint, order } = this.#cloud;
    gl.depthMask(false);
    if (faint) gl.drawArrays(gl.POINTS, 0, faint);
    gl.depthMask(true);
    if (order.length > faint) gl.drawArrays(gl.POINTS, faint, order.length - faint);
  }
}
