import { execFileSync } from 'node:child_process';
import { type EngineName, ENGINES, loadEngine } from '@distiller/compute';
import { beforeAll, describe } from 'vitest';

/** The engines that work on this machine, each tried in a process of its own. */
const available = ENGINES.filter((engine) => {
  try {
    execFileSync(process.execPath, ['--import', 'tsx', 'test/try-engine.ts', engine], { stdio: 'ignore' });
    return true;
  } catch {
    console.log(`No ${engine} engine: its tests are not registered.`);
    return false;
  }
});

/** Registers the same facts once an engine. */
export function onEveryEngine(facts: (engine: EngineName) => void): void {
  describe.each(available)('on %s', (engine) => {
    beforeAll(() => loadEngine(engine));
    facts(engine);
  });
}
