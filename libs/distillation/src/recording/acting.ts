import { randomStream } from '@distiller/sobolev';
import { argmax } from '../evaluate.ts';
import { type RegisteredTeacher } from '../load-policy.ts';

/** How the actions of recorded play are chosen from a teacher's π. */
export type Acting =
  /** Drawn from π. */
  | { kind: 'sampled' }
  /** The likeliest. */
  | { kind: 'greedy' }
  /** The likeliest, and with this probability any action whatever. */
  | { kind: 'epsilon-greedy'; epsilon: number }
  /**
   * DAgger (Ross, Gordon & Bagnell 2011): with probability β the teacher acts, otherwise a student does, each by drawing from
   * its own π; decided for every step or once an episode. What the teacher says of every frame is kept.
   */
  | { kind: 'mixture'; student: RegisteredTeacher; beta: number; per: 'step' | 'episode' };

/** A step of a numbered episode of a recording. */
export interface Place {
  /** Of the recording. */
  seed: number;
  episode: number;
  step: number;
}

/**
 * The action at one step: its draws depend on the place alone.
 * @param logProbs log π of the teacher and, for a mixture, of the student
 */
export function chooseAction(
  acting: Acting,
  logProbs: { teacher: Float32Array; student?: Float32Array },
  place: Place,
): number {
  const random = randomStream(episodeSeed(place), 'acting', place.step);
  switch (acting.kind) {
    case 'sampled':
      return sample(logProbs.teacher, random.uniform());
    case 'greedy':
      return argmax(logProbs.teacher);
    case 'epsilon-greedy': {
      const explores = random.uniform() < acting.epsilon;
      return explores ? random.below(logProbs.teacher.length) : argmax(logProbs.teacher);
    }
    case 'mixture': {
      const draw = random.uniform();
      const deciding = acting.per === 'step' ? random.uniform() : mixtureDraw(place);
      return sample(deciding < acting.beta ? logProbs.teacher : logProbs.student!, draw);
    }
  }
}

/** Seed of a recording's episode, for its game and its actions; in [0, 2³¹). */
export function episodeSeed({ seed, episode }: Pick<Place, 'seed' | 'episode'>): number {
  return randomStream(seed, 'acting', episode).below(2 ** 31);
}

/** One draw an episode, from where no step draws. */
function mixtureDraw(place: Place): number {
  return randomStream(episodeSeed(place), 'acting', 0xffff_ffff).uniform();
}

function sample(logProbs: Float32Array, uniform: number): number {
  let left = uniform;
  const chosen = logProbs.findIndex((logProb) => (left -= Math.exp(logProb)) < 0);
  // Rounding can leave a trace of the last action's share.
  return chosen === -1 ? logProbs.length - 1 : chosen;
}
