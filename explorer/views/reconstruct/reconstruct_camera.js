/* The camera: asked for at a click and not before, a still picture, and the camera is off again. */
import { LastAsked } from '../../shell/last_asked.js';
import { blank, brush } from '../../shell/pictures.js';

export class Camera {
  #video;
  #changed;
  /** @type {MediaStream | null} */
  #stream = null;
  #lastAsked = new LastAsked();

  /** @param {HTMLVideoElement} video @param {(on: boolean) => void} changed */
  constructor(video, changed) {
    this.#video = video;
    this.#changed = changed;
  }

  /** Whether the browser gives pages like this one a camera. */
  static get there() {
    return !!navigator.mediaDevices?.getUserMedia;
  }

  get on() {
    return !!this.#stream;
  }

  /** Show what the camera sees. Throws what the browser throws: nobody allowed it, there is none. @param {'user' | 'environment'} facing */
  async start(facing) {
    this.stop();
    const isLast = this.#lastAsked.ask(),
      stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: facing, width: { ideal: 1280 } } });
    if (!isLast()) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.#stream = stream;
    this.#video.srcObject = stream;
    for (const track of stream.getTracks()) track.onended = () => this.stop();
    await this.#video.play();
    this.#changed(true);
  }

  /** Promise of what it sees now; the camera is off then. @returns {Promise<Blob | null>} */
  still() {
    const { videoWidth, videoHeight } = this.#video;
    if (!this.#stream || !videoWidth) return Promise.resolve(null);
    const canvas = blank(videoWidth, videoHeight);
    brush(canvas).drawImage(this.#video, 0, 0);
    this.stop();
    return new Promise((done) => canvas.toBlob(done, 'image/png'));
  }

  stop() {
    this.#lastAsked.drop();
    if (!this.#stream) return;
    for (const track of this.#stream.getTracks()) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
    this.#changed(false);
  }
}
