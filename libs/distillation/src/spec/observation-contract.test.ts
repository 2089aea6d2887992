import { expect, test } from 'vitest';
import { contractDifferences, contractHash, ObservationContract } from './index.ts';

/** The bundled Breakout teacher's contract, as its files carry it, and the hash that they carry. */
const BUNDLED = {
  game: 'breakout',
  frame_skip: 4,
  max_pool_last: 2,
  grey: 'ale',
  resize: 'area',
  height: 84,
  width: 84,
  stack: 4,
  stack_order: 'oldest_first',
  stack_padding: 'zero',
  sticky_action_probability: 0,
  noop_max: 30,
  fire_reset: true,
  action_set: 'minimal',
  scale: '1/255',
} as const;
const BUNDLED_HASH = '7d92725d8ee24b6fd58acb5cf102843ad6a794386b03a6e5189b5256a10a2e86';

const CHANGES = {
  max_pool_of: 'rgb',
  grey: 'bt601',
  crop: { top: 34, bottom: 16, left: 0, right: 0 },
  resize: 'linear',
  stack_order: 'newest_first',
  stack_padding: 'repeat',
  life_loss: 'fire',
  scale: '1',
} as const;

test('contracts from before there were other greys, crops and paddings keep their hash', () => {
  expect(contractHash(ObservationContract.parse(BUNDLED))).toBe(BUNDLED_HASH);
  // As it is written, without the later fields.
  expect(contractHash(BUNDLED as unknown as ObservationContract)).toBe(BUNDLED_HASH);
});

test('every field that came later changes the hash where it is not its default', () => {
  const hashes = Object.entries(CHANGES).map(([field, value]) =>
    contractHash(ObservationContract.parse({ ...BUNDLED, [field]: value })),
  );
  expect(new Set([BUNDLED_HASH, ...hashes]).size).toBe(1 + hashes.length);
});

test('the hash does not depend on the order in which the sides of a crop are named', () => {
  const crops = [
    { top: 1, left: 2 },
    { left: 2, top: 1, right: 0, bottom: 0 },
  ];
  const [a, b] = crops.map((crop) => contractHash(ObservationContract.parse({ ...BUNDLED, crop })));
  expect(a).toBe(b);
});

test('every field in which two contracts differ is named with both values', () => {
  const [a, b] = [ObservationContract.parse(BUNDLED), ObservationContract.parse({ ...BUNDLED, ...CHANGES })];
  expect(contractDifferences(a, a)).toEqual([]);
  const differences = contractDifferences(a, b);
  expect(differences.map((line) => line.split(':')[0]).sort()).toEqual(Object.keys(CHANGES).sort());
  expect(differences).toContain(
    'crop: {"top":0,"bottom":0,"left":0,"right":0} ≠ {"top":34,"bottom":16,"left":0,"right":0}',
  );
});
