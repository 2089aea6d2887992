import { execFileSync } from 'node:child_process';
import { type EngineName, ENGINES } from '@distiller/compute';
import { programOf } from '@distiller/programs';

/** The engines that work on this machine, each tried in a process of its own; of those that TEST_ENGINES names, where it names some. */
export function workingEngines(): EngineName[] {
  const { TEST_ENGINES: asked = 'all' } = process.env;
  const wanted = ENGINES.filter((engine) => asked === 'all' || asked.split(',').includes(engine));
  const { script, execArgv } = programOf(new URL('../apps/worker/src/engine-process.ts', import.meta.url));
  return wanted.filter((engine) => {
    try {
      execFileSync(process.execPath, [...execArgv, script, engine], { stdio: 'ignore' });
      return true;
    } catch {
      console.log(`No ${engine} engine: its tests are not registered.`);
      return false;
    }
  });
}
