import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { ATTRIBUTES, newPath, playEpisode, writeRollouts } from './rollouts.fixture.ts';
import { createRolloutsWriter } from './writer.ts';

const episodes = [playEpisode({ steps: 300, seed: 1 }), playEpisode({ steps: 40, seed: 2 })];

test('the same play makes the same bytes, in any time zone', async () => {
  const [first, second] = [await newPath(), await newPath()];
  await writeRollouts(first, episodes);
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Pacific/Auckland';
  await writeRollouts(second, episodes);
  process.env['TZ'] = zone ?? 'UTC';
  expect(readFileSync(first).equals(readFileSync(second))).toBe(true);
});

test('sealing tells the hash and size of the file and what is in it', async () => {
  const path = await newPath();
  const sealed = await writeRollouts(path, episodes);
  const bytes = readFileSync(path);
  const returns = episodes.map(({ rewards }) => rewards.reduce((sum, reward) => sum + reward, 0));
  expect(sealed).toEqual({
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    frames: 340,
    episodes: 2,
    meanReturn: ((returns[0] ?? 0) + (returns[1] ?? 0)) / 2,
  });
});

test('a file stands at its path only once it is sealed', async () => {
  const path = await newPath();
  const writer = await createRolloutsWriter(path, ATTRIBUTES);
  await writer.appendEpisode(playEpisode());
  expect(existsSync(path)).toBe(false);
  await writer.seal();
  expect(readdirSync(dirname(path))).toEqual(['play.zarr.zip']);
});

test('an episode in parts is the episode', async () => {
  const [whole, parts] = [await newPath(), await newPath()];
  const { terminated, ...episode } = playEpisode({ steps: 700 });
  const size = episode.height * episode.width;
  const expected = await writeRollouts(whole, [{ ...episode, terminated }, playEpisode()]);
  const writer = await createRolloutsWriter(parts, ATTRIBUTES);
  for (const [from, to] of [
    [0, 1],
    [1, 300],
    [300, 700],
  ] as const) {
    await writer.appendSteps({
      ...episode,
      frames: episode.frames.subarray(from * size, to * size),
      actions: episode.actions.subarray(from, to),
      rewards: episode.rewards.subarray(from, to),
    });
  }
  await expect(writer.seal()).rejects.toThrow('not ended');
  await writer.endEpisode(terminated);
  await writer.appendEpisode(playEpisode());
  expect(await writer.seal()).toEqual(expected);
});

test('log-probabilities are those of all steps or of none, and finite', async () => {
  const labelled = { ...playEpisode(), logProbs: new Float32Array(40).fill(-1) };
  const writer = await createRolloutsWriter(await newPath(), ATTRIBUTES);
  await writer.appendEpisode(labelled);
  await expect(writer.appendEpisode(playEpisode())).rejects.toThrow('of all steps or of none');
  const infinite = { ...labelled, logProbs: new Float32Array(40).fill(-Infinity) };
  await expect(writer.appendEpisode(infinite)).rejects.toThrow('log_probs: not 10 × 4 finite numbers');
  await writer.discard();
});

test('discarding leaves nothing behind', async () => {
  const path = await newPath();
  const writer = await createRolloutsWriter(path, ATTRIBUTES);
  await writer.appendEpisode(playEpisode({ steps: 600 }));
  await writer.discard();
  expect(readdirSync(dirname(path))).toEqual([]);
});

test.each([
  ['an action without a name', { ...playEpisode(), actions: new Uint8Array(10).fill(4) }, 'actions: 4 has no name'],
  ['a reward that is no number', { ...playEpisode(), rewards: new Float32Array(10).fill(NaN) }, 'rewards'],
  ['fewer frames than actions', { ...playEpisode(), frames: new Uint8Array(9 * 96) }, 'frames: 864 bytes'],
  ['no steps', playEpisode({ steps: 0 }), 'at least one step'],
  ['frames of another size', playEpisode({ height: 12, width: 8 }), 'frames: 12×8 after 8×12'],
])('an episode with %s is refused', async (_what, episode, message) => {
  const writer = await createRolloutsWriter(await newPath(), ATTRIBUTES);
  await writer.appendEpisode(playEpisode());
  await expect(writer.appendEpisode(episode)).rejects.toThrow(message);
  await writer.discard();
});

test('attributes that no reader would accept are refused at once', async () => {
  const writing = createRolloutsWriter(await newPath(), { ...ATTRIBUTES, actions: [] });
  await expect(writing).rejects.toThrow('attributes.actions');
});

test('rollouts without an episode cannot be sealed', async () => {
  const writer = await createRolloutsWriter(await newPath(), ATTRIBUTES);
  await expect(writer.seal()).rejects.toThrow('no episode');
  await writer.discard();
});

test('a place that cannot be written to is reported at once', async () => {
  const writing = createRolloutsWriter('/nowhere/play.zarr.zip', ATTRIBUTES);
  await expect(writing).rejects.toMatchObject({ code: 'ENOENT' });
});
