import { type EngineName, loadEngine } from '@distiller/compute';
import { beforeAll, describe, inject } from 'vitest';

/** Registers the same facts once for each engine that works on this machine. */
export function onEveryEngine(facts: (engine: EngineName) => void): void {
  describe.each(inject('engines'))('on %s', (engine) => {
    beforeAll(() => loadEngine(engine));
    facts(engine);
  });
}
