import { lstat, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { clusterPlace } from './cluster-place.ts';

const isRoot = process.getuid?.() === 0;

async function scratchPath(): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'sobolev-place-'));
  onTestFinished(async () => {
    if (isRoot) await rm(dirname(await clusterPlace(join(scratch, 'postgres'))), { recursive: true, force: true });
    await rm(scratch, { recursive: true, force: true });
  });
  return join(scratch, 'postgres');
}

test('a clone keeps its place from run to run', async () => {
  const path = await scratchPath();
  expect(await clusterPlace(path)).toBe(await clusterPlace(path));
});

test('a directory that is already there is the place', async () => {
  const path = await scratchPath();
  await mkdir(path);
  expect(await clusterPlace(path)).toBe(path);
});

if (isRoot) {
  test("root's place is one that any account can enter, with a link to it in the clone", async () => {
    const path = await scratchPath();
    const place = await clusterPlace(path);
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    for (let each = dirname(place); each !== '/'; each = dirname(each)) {
      expect((await stat(each)).mode & 0o001, each).toBe(0o001);
    }
  });

  test("a clone made anew at the same path gets an empty place, and its predecessor's is removed", async () => {
    const path = await scratchPath();
    const before = await clusterPlace(path);
    await mkdir(before);
    await writeFile(join(before, 'row'), '');
    await rm(path);
    const after = await clusterPlace(path);
    expect(after).not.toBe(before);
    await expect(stat(before)).rejects.toThrow(/ENOENT/);
  });
}
