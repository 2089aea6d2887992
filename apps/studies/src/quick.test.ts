import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { STUDY_NAMES } from './catalogue.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

// The other engines take as long as a full study does.
describe.runIf(inject('engines').includes('tensorflow'))('in small', () => {
  test.each(STUDY_NAMES)(
    '%s bears its claims out',
    async (name) => {
      const child = spawn(process.execPath, ['--import', 'tsx', MAIN, name, '--quick'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      const facts = said.split('\n').filter((line) => line.startsWith('- '));
      expect(facts.filter((fact) => !fact.startsWith('- Shown: '))).toEqual([]);
      expect([code, facts.length > 0]).toEqual([0, true]);
    },
    300_000,
  );
});
