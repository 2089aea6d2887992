import { execFileSync } from 'node:child_process';
import { type EngineName, ENGINES } from '@distiller/compute';

/** The engines that work on this machine, each tried in a process of its own. */
export function workingEngines(): EngineName[] {
  return ENGINES.filter((engine) => {
    try {
      const args = ['--import', 'tsx', 'apps/worker/src/engine-process.ts', engine];
      execFileSync(process.execPath, args, { stdio: 'ignore' });
      return true;
    } catch {
      console.log(`No ${engine} engine: its tests are not registered.`);
      return false;
    }
  });
}
