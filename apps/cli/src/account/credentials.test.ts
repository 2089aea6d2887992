import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { credentialsPath, forgetKey, storedKey, storeKey } from './credentials.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'credentials-'));
  vi.stubEnv('XDG_CONFIG_HOME', folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test('each service has a key of its own, however its address is written', () => {
  storeKey('https://one.example', 'first');
  storeKey('https://two.example/api/', 'second');
  expect([storedKey('https://ONE.example/'), storedKey('https://two.example/api')]).toEqual(['first', 'second']);
  expect(storedKey('http://one.example')).toBeUndefined();
});

test('the file can be read by its owner alone', () => {
  storeKey('https://one.example', 'first');
  expect(statSync(credentialsPath()).mode & 0o777).toBe(0o600);
});

test('a key is forgotten once, and the others stay', () => {
  storeKey('https://one.example', 'first');
  storeKey('https://two.example', 'second');
  expect([forgetKey('https://one.example'), forgetKey('https://one.example')]).toEqual([true, false]);
  expect([storedKey('https://one.example'), storedKey('https://two.example')]).toEqual([undefined, 'second']);
});

test('a damaged file is named, and not written over', () => {
  storeKey('https://one.example', 'first');
  writeFileSync(credentialsPath(), '{"keys"');
  expect(() => storeKey('https://two.example', 'second')).toThrow(credentialsPath());
});
