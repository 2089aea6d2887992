import { type Choices, type Turn } from '@distiller/arcade';
import * as tf from '@tensorflow/tfjs-core';
import { loadPolicy, type RegisteredTeacher } from '../load-policy.ts';
import { answerWhatIsSeen } from '../seen.ts';
import { contractDifferences } from '../spec/index.ts';
import { type Acting, chooseAction } from './acting.ts';

export interface Actor {
  act(observations: Uint8Array, turns: readonly (Turn | null)[]): Promise<Choices>;
  dispose(): void;
}

interface ActorOptions {
  acting: Acting;
  seed: number;
  /** Names of the game's actions; a policy's may be fewer, or in another order. */
  gameActions: readonly string[];
}

/**
 * Chooses the actions of many games at once, from one pass of each network that is needed.
 * @throws RangeError when the game lacks an action of the teacher's, or a student sees or does otherwise than its teacher
 */
export function createActor(teacher: RegisteredTeacher, { acting, seed, gameActions }: ActorOptions): Actor {
  const toGame = actionNumbers(teacher.actions, gameActions);
  if (acting.kind === 'mixture') requireAlike(teacher, acting.student);
  const policy = loadPolicy(teacher);
  const student = acting.kind === 'mixture' ? loadPolicy(acting.student) : undefined;
  const answer = answerWhatIsSeen(teacher.observation);
  return {
    async act(observations, turns) {
      const played = playedGames(turns);
      const seen = gather(observations, played, observations.length / turns.length);
      const answers = await answer(seen, student ? [policy, student] : [policy]);
      const count = teacher.actions.length;
      const [said, saidByStudent] = answers.map((rows) => scatter(rows, played, { count, games: turns.length }));
      const row = (rows: Float32Array, game: number) => rows.subarray(game * count, (game + 1) * count);
      const recorded = turns.map((turn, game) => {
        const rows = { teacher: row(said!, game), ...(saidByStudent ? { student: row(saidByStudent, game) } : {}) };
        return turn ? chooseAction(acting, rows, { ...turn, seed }) : 0;
      });
      const actions = recorded.map((action) => toGame[action]!);
      return { actions, recorded, ...(student ? { logProbs: said! } : {}) };
    },
    dispose: () => tf.dispose([...policy.weights, ...(student?.weights ?? [])]),
  };
}

/** For each of a policy's actions its number in the game. */
function actionNumbers(actions: readonly string[], gameActions: readonly string[]): number[] {
  const missing = actions.filter((action) => !gameActions.includes(action));
  if (missing.length === 0) return actions.map((action) => gameActions.indexOf(action));
  throw new RangeError(`the game has no action ${missing.join(', ')}; it has ${gameActions.join(', ')}`);
}

function requireAlike(teacher: RegisteredTeacher, student: RegisteredTeacher): void {
  const differences = contractDifferences(teacher.observation, student.observation);
  if (teacher.actions.join() !== student.actions.join()) differences.push('actions');
  if (differences.length > 0) throw new RangeError(`the student is not the teacher's: ${differences.join('; ')}`);
}

/** Networks are asked about so many games or a multiple of it, so that there are few sizes of batches. */
const ROWS = 8;

/** The games that are played, filled up with others. */
function playedGames(turns: readonly (Turn | null)[]): readonly number[] {
  const [played, waiting] = [true, false].map((isPlayed) =>
    [...turns.keys()].filter((game) => (turns[game] !== null) === isPlayed),
  ) as [number[], number[]];
  const rows = Math.min(turns.length, ROWS * Math.ceil(played.length / ROWS));
  return [...played, ...waiting.slice(0, rows - played.length)].toSorted((a, b) => a - b);
}

function gather(rows: Uint8Array, games: readonly number[], size: number): Uint8Array {
  if (games.length * size === rows.length) return rows;
  const gathered = new Uint8Array(games.length * size);
  for (const [place, game] of games.entries()) {
    gathered.set(rows.subarray(game * size, (game + 1) * size), place * size);
  }
  return gathered;
}

/** Back to their games' places; zeros elsewhere. */
function scatter(
  rows: Float32Array,
  games: readonly number[],
  { count, games: all }: { count: number; games: number },
): Float32Array {
  if (games.length === all) return rows;
  const scattered = new Float32Array(all * count);
  for (const [place, game] of games.entries()) {
    scattered.set(rows.subarray(place * count, (place + 1) * count), game * count);
  }
  return scattered;
}
