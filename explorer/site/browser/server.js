/* In the place of shell/server.js: the page's questions are answered in the browser, from the site's files and by its networks. */
import { answer } from './code_operations.js';
import * as files from './files.js';
import { meanOf } from './nearest.js';
import { bmp } from './pixels.js';
import { Refused } from './refusal.js';
import { film, seeds } from './saved_files.js';
import { render } from './render_operations.js';
import { Run } from './run.js';
import { beside } from './image_encoding.js';
import { b64 } from '../../shell/bytes.js';

/** Files of the server's that the site has, by what they are asked for. @type {[RegExp, (...parts: string[]) => string][]} */
const FILES = [
  [/^runs$/, () => 'data/runs.json'],
  [/^(run|codes)\/([^/]+)$/, (kind, name) => `data/${kind}/${name}.json`],
  [/^thumb\/([^/]+)$/, (name) => `data/thumb/${name}.png`],
  [/^plot\/([^/]+)\/spectrum$/, (name) => `data/plot/${name}/spectrum.json`],
  [/^sheet\/([^/]+)\/(\d+)$/, (name, k) => `data/tiles/${name}/${k}.webp`],
  [/^fields\/([^/]+)$/, (name) => `data/fields/${name}.bin`],
  [/^runtime\/(.+)$/, (name) => `runtime/${name}`],
];

/** Where a file lies that the server answers with; null where the site has no such thing. @param {string} asked */
const fileOf = (asked) => {
  const [path, query] = asked.split('?'),
    more = new URLSearchParams(query),
    [kind, name] = path.split('/');
  if (kind === 'map') return `data/map/${name}.${more.get('projection') ?? 'umap'}.bin`;
  if (kind === 'colours') return `data/colours/${name}.${more.get('by') ?? 'class'}.bin`;
  for (const [like, file] of FILES) {
    const found = like.exec(path);
    if (found) return file(...found.slice(1));
  }
  return null;
};

/** Where something lies that an element shows or runs. @param {string} path */
export const address = (path) => files.address(fileOf(path) ?? path);

/** Where a script lies that is run when it is needed: packed, since not every host packs. @param {string} path */
export const script = async (path) => URL.createObjectURL(new Blob([await files.unpacked(path)], { type: 'text/javascript' }));

/** Nothing is fetched before it is needed: a visitor may pay for it. */
export const ahead = false;

/** @param {string} path @param {any} body @returns {Promise<Response>} */
const worked = async (path, body) => {
  if (path === 'render') {
    const run = await Run.of(body.run),
      began = performance.now(),
      file = bmp(await render(run, body));
    return new Response(file, { headers: { 'content-type': 'image/bmp', 'server-timing': `draw;dur=${performance.now() - began}` } });
  }
  if (path === 'code') return Response.json(await answer(await Run.of(body.run), body));
  if (path === 'beside') return Response.json(await beside(body));
  if (path === 'mix') return Response.json({ w: b64(await meanOf(await Run.of(body.run), body.indices, body.weights ?? undefined)) });
  if (path === 'film') return new Response(await film(await Run.of(body.run), body), { headers: { 'content-type': 'image/gif' } });
  if (path === 'seeds') {
    const { file, name } = await seeds(await Run.of(body.run), body);
    return new Response(file, { headers: { 'content-type': file.type, 'content-disposition': `attachment; filename="${name}"` } });
  }
  throw new Refused('site.cannot');
};

/** Whether the site has a run: a link may be to one that it has not. @param {string} run */
const has = async (run) =>
  (listed ??= files.json('data/runs.json')).then(({ runs }) => runs.some((/** @type {{ name: string }} */ r) => r.name === run));
/** @type {Promise<{ runs: { name: string }[] }> | undefined} */
let listed;

/** A single file has a data set's own sheets alone, where these are the smaller: what is looked at is cut from them. @param {unknown} e
 * @param {string} file that could not be had @returns {Promise<Response>} */
const tiles = async (e, file) => {
  const k = /^data\/tiles\/[^/]+\/(\d+)\.webp$/.exec(file)?.[1];
  if (!(files.single && e instanceof files.Missing && k)) throw e;
  const [{ name }] = (await files.json('data/runs.json')).runs,
    { held } = await Run.of(name);
  if (!held) throw e;
  return new Response(bmp(await held.tiles(+k)), { headers: { 'content-type': 'image/bmp' } });
};

/**
 * As the server's: an answer that is not ok has a sentence.
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<Response>}
 */
export const ask = async (path, init = {}) => {
  try {
    if (init.body === undefined || init.body === null) {
      const run = /^run\/([^/]+)$/.exec(path)?.[1],
        file = fileOf(path);
      if (run && !(await has(decodeURIComponent(run)))) throw new Refused('site.run');
      if (!file) throw new Refused('site.cannot');
      return await files.response(file, init.signal).catch((e) => tiles(e, file));
    }
    const done = await worked(path, JSON.parse(String(init.body)));
    init.signal?.throwIfAborted();
    return done;
  } catch (e) {
    if (e instanceof Refused) return Response.json({ error: e.message }, { status: 422 });
    if (e instanceof files.Missing) return Response.json({ error: new Refused('site.missing').message }, { status: 404 });
    throw e;
  }
};
