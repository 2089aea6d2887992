import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readContract } from './options.ts';

async function contractFile(json: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'contract-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'contract.json');
  await writeFile(path, json);
  return path;
}

test('fields of the file count before those of the library, and --scale before both', async () => {
  const contract = await contractFile('{ "game": "pong", "noop_max": 1, "scale": "1" }');
  const read = await readContract({ contract, like: 'cleanrl', scale: '1/255' });
  expect(read).toMatchObject({ game: 'pong', noop_max: 1, scale: '1/255', stack_padding: 'repeat' });
});

test.each([
  ['two games', '{ "game": "pong" }', 'pong'],
  ['no object', '[1]', 'no JSON object'],
  ['no JSON', '{', 'is no JSON'],
])('%s: refused', async (_, json, words) => {
  await expect(readContract({ game: 'breakout', contract: await contractFile(json) })).rejects.toThrow(words);
});

test('a game is needed, and a contract', async () => {
  await expect(readContract({ like: 'sb3' })).rejects.toThrow('--game');
  await expect(readContract({ game: 'pong' })).rejects.toThrow('--like');
});
