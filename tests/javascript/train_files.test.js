import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isOwn, isRead, leftOut, pathOf, titleOf } from '../../explorer/views/train/train_files.js';

test('archives and tables of images are sent', () => {
  const names = [
    'a.tar',
    'a.tar.GZ',
    'a.tgz',
    'a.npz',
    'a.npy',
    'a.csv',
    'a.csv.gz',
    'a.parquet',
    'train-images-idx3-ubyte',
    't-idx1-ubyte.gz',
  ];
  assert.deepEqual(names.map(isRead), Array(names.length).fill(true));
  assert.deepEqual(['emnist-mapping.txt', 'a.gz', 'a.pkl', 'a.idx', 'csv'].map(isRead), [true, false, false, false, false]);
  assert.equal(titleOf([{ name: 'my.digits.tar.gz' }]), 'my.digits');
  assert.equal(titleOf([{ name: 'train.csv.gz' }]), 'train');
  const pair = [{ name: 'train-images-idx3-ubyte' }, { name: 'train-labels-idx1-ubyte' }];
  assert.deepEqual(
    [0, 1].map((k) => pathOf(pair, k)),
    ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte'],
  ); // pairs by their names
});

test('images and zips are sent, all else is counted by what it is', () => {
  assert.deepEqual(['a.PNG', 'b.jpeg', 'c.tif', 'd.zip', 'e.apng', 'f.heic', 'g.png.txt'].map(isRead), [
    true,
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
  const { often, first } = leftOut(['a.png', 'b.HEIC', 'c.heif', 'd.mp4', 'e.rar', 'f.CR2', `\u202e${'n'.repeat(300)}.txt`, 'g']);
  assert.deepEqual(often, { heic: 2, video: 1, archive: 1, raw: 1, other: 2 });
  const other = `${'n'.repeat(26)}…${'n'.repeat(9)}.txt`;
  assert.deepEqual(first, { heic: 'b.HEIC', video: 'd.mp4', archive: 'e.rar', raw: 'f.CR2', other });
});

test('what a system puts beside files is not a person’s own', () => {
  assert.deepEqual(
    [
      { name: '.DS_Store' },
      { name: 'a.png', path: '__MACOSX/a.png' },
      { name: 'a.png', path: 'cats/.cache/a.png' },
      { name: 'a.png', path: 'cats/a.png' },
    ].map(isOwn),
    [false, false, false, true],
  );
});

test('a set is called what its one file or its one folder is', () => {
  assert.equal(titleOf([{ name: 'my cats.zip' }]), 'my cats');
  assert.equal(
    titleOf([
      { name: 'a.png', path: 'cats/a.png' },
      { name: 'b.png', path: 'cats/more/b.png' },
    ]),
    'cats',
  );
  assert.equal(
    titleOf([
      { name: 'a.png', path: 'cats/a.png' },
      { name: 'b.png', path: 'dogs/b.png' },
    ]),
    'images',
  );
  assert.equal(titleOf([{ name: 'a.png' }, { name: 'b.png' }]), 'images');
});

test('two files of one name are two, a zip keeps its own', () => {
  const files = [{ name: 'a.png', path: 'cats/a.png' }, { name: 'a.png', path: 'dogs/a.png' }, { name: 'b.zip' }];
  assert.deepEqual(
    files.map((_, k) => pathOf(files, k)),
    ['cats/00000-a.png', 'dogs/00001-a.png', 'b.zip'],
  );
  assert.equal(pathOf([{ name: 'a.png' }], 0), 'a.png');
});
