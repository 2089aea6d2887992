import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findArcadePython, runPython } from '../../../test/python.ts';
import { drawSaliency } from './saliency.ts';

const python = await findArcadePython();

const PIXELS = `
import json, sys
from PIL import Image
image = Image.open(sys.argv[1])
tile = lambda column, x, y: image.getpixel((column * 18 + 3 * x + 1, 22 + 3 * y + 1))
print(json.dumps([image.size, [[tile(column, *at) for at in ((0, 0), (1, 0), (3, 3))] for column in range(4)]]))`;

test.runIf(python)(
  'a row has the frame, both saliencies over it, and red where the second is higher, blue where lower',
  async () => {
    const frames = new Uint8Array(2 * 16).fill(100);
    const [first, second] = [new Float32Array(32), new Float32Array(32)];
    first[0] = second[1] = 1;
    const saliency = [
      { title: 'teacher', values: first },
      { title: 'student', values: second },
    ];
    const { bytes, ...size } = await drawSaliency({ count: 2, height: 4, width: 4, frames, saliency });
    const path = join(await mkdtemp(join(tmpdir(), 'saliency-')), 'picture.png');
    await writeFile(path, bytes);
    const [pixels, tiles] = JSON.parse(await runPython(python!, PIXELS, path)) as [number[], number[][][]];
    expect(size).toEqual({ width: pixels[0], height: pixels[1] });
    expect(pixels).toEqual([4 * 12 + 3 * 6, 22 + 2 * 12 + 6]);
    const [GREY, DARK, BRIGHT, WHITE] = [
      [100, 100, 100],
      [50, 50, 50],
      [255, 255, 255],
      [255, 255, 255],
    ];
    expect(tiles).toEqual([
      [GREY, GREY, GREY],
      [BRIGHT, DARK, DARK],
      [DARK, BRIGHT, DARK],
      [[33, 102, 172], [178, 24, 43], WHITE],
    ]);
  },
);
