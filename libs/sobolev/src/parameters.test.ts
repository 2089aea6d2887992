import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../test/engines.ts';
import { distance, normals } from '../../../test/numbers.ts';
import { pack, packedZeros, unpack } from './parameters.ts';

onEveryEngine(() => {
  test.each([
    { title: 'small ones that fill no whole row', shapes: [[3, 4], [4], [1000], [7]], pieces: 1 },
    { title: 'small ones that fill whole rows', shapes: [[1024], [1024]], pieces: 1 },
    { title: 'large ones between small ones', shapes: [[5], [300, 300], [2, 2], [70_000]], pieces: 3 },
    { title: 'large ones alone', shapes: [[300, 300]], pieces: 1 },
  ])('weights are the same after packing and unpacking: $title', ({ shapes, pieces }) => {
    const weights = shapes.map((shape, index) => normals(shape, index + 1));
    const packed = pack(weights, shapes);
    expect(packed).toHaveLength(pieces);
    expect(packedZeros(shapes).map(({ shape }) => shape)).toEqual(packed.map(({ shape }) => shape));
    for (const [index, weight] of unpack(packed, shapes).entries()) {
      expect(weight.shape).toEqual(shapes[index]);
      expect(distance(weight, weights[index]!)).toBe(0);
    }
  });

  test('a weight without a gradient is packed as zeros', () => {
    const shapes = [[2], [3]];
    const [, second] = unpack(pack([normals([2], 1), null], shapes), shapes);
    expect([...second!.dataSync()]).toEqual([0, 0, 0]);
  });
});
