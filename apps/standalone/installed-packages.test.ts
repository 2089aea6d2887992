import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { packagesAreInstalled } from './installed-packages.mjs';

const entry = { version: '1.0.0', integrity: 'sha512-a' };

async function clone(lock: object, installed: object | undefined): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'sobolev-packages-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, 'node_modules'));
  await writeFile(join(root, 'package-lock.json'), JSON.stringify({ packages: lock }));
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (installed) await writeFile(hidden, JSON.stringify({ packages: installed }));
  return root;
}

test.each([
  ['nothing was installed, or the install was cut short', { 'node_modules/a': entry }, undefined, false],
  ['what is locked is there', { '': {}, 'libs/x': {}, 'node_modules/a': entry }, { 'node_modules/a': entry }, true],
  [
    'another version is there',
    { 'node_modules/a': entry },
    { 'node_modules/a': { ...entry, version: '2.0.0' } },
    false,
  ],
  ['a package was added to the lock', { 'node_modules/a': entry }, {}, false],
  ['only a package of another platform is missing', { 'node_modules/a': { ...entry, optional: true } }, {}, true],
  ['a nested package is missing', { 'libs/x/node_modules/a': entry }, {}, false],
  ["a workspace's link is gone", { 'node_modules/x': { link: true } }, { 'node_modules/x': { link: true } }, false],
])('%s', async (_, lock, installed, expected) => {
  expect(await packagesAreInstalled(await clone(lock, installed))).toBe(expected);
});
