import { type RandomStream } from '@distiller/sobolev';
import { type Ground } from './ground.ts';
import { type Tally } from './tally.ts';

/** One way of doing harm to a real service, and what must hold all the same. */
export interface Scenario {
  name: string;
  /** In words, as the table tells it. */
  harm: string;
  run(context: ScenarioContext): Promise<void>;
}

export interface ScenarioContext {
  ground: Ground;
  /** Every draw of the scenario comes from the run's seed. */
  random: RandomStream;
  seed: number;
  tally: Tally;
  /** A directory of its own. */
  directory: string;
  say: (text: string) => void;
  /** Done at the end, however it ends; the last first. */
  onEnd: (cleanUp: () => unknown) => void;
}

/** The machine cannot do this harm: the scenario counts as not run. */
export class NotPossibleError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotPossibleError';
  }
}
