import { type Policy } from '@distiller/policies';
import { randomStream } from '@distiller/sobolev';
import { argmax } from '../evaluate.ts';
import { answerWhatIsSeen } from '../seen.ts';
import { type ObservationContract } from '../spec/index.ts';

export type PlayerName = 'teacher' | 'student' | 'random';

/** Who plays: what it thinks of observations, and how it makes actions of that. */
export interface Player {
  name: PlayerName;
  acting: 'sampled' | 'greedy';
  /** Action probabilities [n][A] on observations [n, stack, height, width], oldest frame first. */
  probabilities(observations: Uint8Array): Promise<number[][]>;
}

export function policyPlayer(
  name: PlayerName,
  policy: Policy,
  { contract, acting }: { contract: ObservationContract; acting: Player['acting'] },
): Player {
  const answer = answerWhatIsSeen(contract);
  return {
    name,
    acting,
    async probabilities(observations) {
      const [logProbs] = await answer(observations, [policy]);
      const games = observations.length / (contract.stack * contract.height * contract.width);
      const actions = logProbs!.length / games;
      return Array.from({ length: games }, (_, game) =>
        Array.from(logProbs!.subarray(game * actions, (game + 1) * actions), Math.exp),
      );
    },
  };
}

/** Every action as likely as any other, also where the others act greedily. */
export function randomPlayer(actions: number, { stack, height, width }: ObservationContract): Player {
  return {
    name: 'random',
    acting: 'sampled',
    probabilities: (observations) => {
      const games = observations.length / (stack * height * width);
      return Promise.resolve(Array.from({ length: games }, () => Array<number>(actions).fill(1 / actions)));
    },
  };
}

/**
 * The action of one step of one game. What is drawn depends on the game's seed and the step alone, and is the same for all who
 * play: as long as two policies say the same, they do the same.
 */
export function chooseAction(
  acting: Player['acting'],
  probabilities: readonly number[],
  { seed, step }: { seed: number; step: number },
): number {
  if (acting === 'greedy') return argmax(probabilities);
  let left = randomStream(seed, 'acting', step).uniform();
  const chosen = probabilities.findIndex((p) => (left -= p) < 0);
  // Rounding can leave a trace of the last action's share.
  return chosen === -1 ? probabilities.length - 1 : chosen;
}
