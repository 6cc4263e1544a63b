/* A page that is a single file: its files lie in #lx-files, how many bytes and their base85 (single_page.py: written) of gzip of: the size
 * of a header (four bytes, the lowest first), the header (JSON: path to [where it begins, its length]), and all files one after another.
 * Its modules find each other by an import map. */
(async () => {
  const packed = document.getElementById('lx-files'),
    [count, text] = packed.textContent.split(' '),
    letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%:()*+-;,=.?@^_`{|}~',
    values = new Uint8Array(128),
    four = new DataView(new ArrayBuffer((text.length / 5) * 4));
  for (let k = 0; k < 85; k++) values[letters.charCodeAt(k)] = k;
  for (let k = 0; k < text.length; k += 5) {
    let number = 0;
    for (let i = k; i < k + 5; i++) number = number * 85 + values[text.charCodeAt(i)];
    four.setUint32((k / 5) * 4, number);
  }
  const bytes = new Uint8Array(four.buffer, 0, +count);
  packed.remove();
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')),
    all = new Uint8Array(await new Response(stream).arrayBuffer()),
    length = new DataView(all.buffer).getUint32(0, true),
    header = JSON.parse(new TextDecoder().decode(all.subarray(4, 4 + length))),
    files = new Map(Object.entries(header).map(([path, [from, n]]) => [path, all.slice(4 + length + from, 4 + length + from + n)])),
    imports = {};
  for (const [path, body] of files)
    if (path.startsWith('js/')) {
      imports['lx/' + path.slice(3, -3)] = URL.createObjectURL(new Blob([body], { type: 'text/javascript' }));
      files.delete(path);
    }
  const map = document.createElement('script');
  map.type = 'importmap';
  map.textContent = JSON.stringify({ imports });
  document.head.append(map);
  (await import('lx/site/browser/embedded_files')).page.files = files;
  await import('lx/site/browser/boot');
  await import('lx/shell/store');
})();
