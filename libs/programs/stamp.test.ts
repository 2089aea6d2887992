import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isFresh, stamp } from './stamp.mjs';

const product = { name: 'page', sources: ['src', 'config.json'], output: 'src/dist' };

async function built(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'sobolev-stamp-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, 'src', 'dist'), { recursive: true });
  await writeFile(join(root, 'src', 'page.ts'), 'one');
  stamp(root, product);
  return root;
}

test('what was built from these sources is fresh, whatever the build itself wrote', async () => {
  const root = await built();
  await writeFile(join(root, 'src', 'dist', 'page.js'), 'built');
  expect(isFresh(root, product)).toBe(true);
});

test('a changed, a new or a removed source makes it stale', async () => {
  const root = await built();
  await writeFile(join(root, 'src', 'page.ts'), 'two');
  expect(isFresh(root, product)).toBe(false);
  stamp(root, product);
  await writeFile(join(root, 'config.json'), '{}');
  expect(isFresh(root, product)).toBe(false);
  stamp(root, product);
  await rm(join(root, 'config.json'));
  expect(isFresh(root, product)).toBe(false);
});

test('a changed test leaves it fresh', async () => {
  const root = await built();
  await writeFile(join(root, 'src', 'page.test.ts'), 'new');
  expect(isFresh(root, product)).toBe(true);
});

test('what Python leaves beside what it runs makes nothing stale', async () => {
  const root = await built();
  await mkdir(join(root, 'src', '__pycache__'));
  await writeFile(join(root, 'src', '__pycache__', 'games.pyc'), 'compiled');
  expect(isFresh(root, product)).toBe(true);
});

test('a product that was deleted is stale', async () => {
  const root = await built();
  await rm(join(root, 'src', 'dist'), { recursive: true });
  expect(isFresh(root, product)).toBe(false);
});
