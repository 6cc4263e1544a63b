/* A page that is a single file: its files lie in #lx-files, base64 of gzip of: the length of a header (four bytes, the lowest first), the
 * header (JSON: path to [where it begins, its length]), and all files one after another. Its modules find each other by an import map. */
(async () => {
  const packed = document.getElementById('lx-files'),
    text = atob(packed.textContent.trim()),
    bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
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
  window.lxFiles = files;
  const map = document.createElement('script');
  map.type = 'importmap';
  map.textContent = JSON.stringify({ imports });
  document.head.append(map);
  await import('lx/site/browser/boot');
  await import('lx/shell/store');
})();
