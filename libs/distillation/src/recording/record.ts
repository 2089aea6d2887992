import { createHash } from 'node:crypto';
import {
  type Arcade,
  type EpisodePlan,
  type EpisodeSink,
  openArcade,
  playEpisodes,
  type RecordingGoal,
} from '@distiller/arcade';
import { openStaging, type RolloutsAttributes, type Staging } from '@distiller/rollouts';
import { arcadeOptions } from '../arcade-options.ts';
import { type RegisteredTeacher } from '../load-policy.ts';
import { contractHash } from '../spec/index.ts';
import { type Acting, episodeSeed } from './acting.ts';
import { createActor } from './actor.ts';
import { createEventQueue, type EventQueue } from './event-queue.ts';
import { createProgress, type Progress } from './progress.ts';
import { type RecordEvent } from './record-event.ts';
import { createRecordingPlan, type RecordingPlan } from './recording-plan.ts';

export interface RecordOptions {
  /** Name that the rollouts give to who played. */
  name: string;
  acting: Acting;
  goal: RecordingGoal;
  /** Games played side by side: in two processes, which play by turns while the network answers the other. */
  numEnvs: number;
  seed: number;
  /** Emulator frames after which an episode is cut; half an hour of play unless told. */
  maxEpisodeFrames?: number;
  /** When aborted, the stream ends without `finished`; called again, `record` goes on. */
  signal?: AbortSignal;
}

/**
 * Lets a teacher play under its own observation contract, and writes the first episodes, 0, 1, 2 … that reach the goal into a
 * rollouts file. Each episode's game and draws follow from the seed and its number, so the file depends neither on how many
 * games are played at once nor on interruptions (as far as an engine answers the same in batches of other sizes).
 *
 * Until it is sealed a recording lies in `path` + '.recording', whole episodes each in a file of its own: whatever ends the
 * process, `record` with the same arguments goes on from there. The caller owns the tensor engine.
 * @throws ArcadeUnavailableError where there is no emulator
 * @throws RolloutsError when another recording lies there
 */
export async function* record(
  teacher: RegisteredTeacher,
  path: string,
  options: RecordOptions,
): AsyncGenerator<RecordEvent> {
  const arcades = await openArcades(teacher, options);
  const stop = new AbortController();
  const aborted = () => stop.signal.aborted || options.signal?.aborted === true;
  try {
    const staging = await openStaging(`${path}.recording`, stagingOptions(teacher, options, arcades[0]!));
    const { episodes, damaged } = staging;
    const frames = new Map([...episodes].map(([number, staged]) => [number, staged.frames]));
    const plan = createRecordingPlan(options.goal, frames);
    const progress = createProgress(plan, [...episodes.values()]);
    yield { type: 'opened', episodes: episodes.size, frames: plan.progress().frames, damaged };

    const queue = createEventQueue<RecordEvent>();
    const actor = createActor(teacher, { ...options, gameActions: arcades[0]!.actions });
    const running = { staging, plan, progress, queue };
    const playing = playEpisodes(arcades, (...turn) => actor.act(...turn), episodePlan(options, running, aborted));
    try {
      yield* queue.listen(playing);
    } finally {
      stop.abort();
      await playing.catch(() => undefined);
      actor.dispose();
    }
    const complete = plan.complete();
    if (!complete) return;
    yield { type: 'progress', progress: progress.now() };
    const total = complete.reduce((sum, number) => sum + staging.episodes.get(number)!.frames, 0);
    yield { type: 'sealing', episodes: complete.length, frames: total };
    yield { type: 'finished', rollouts: await staging.seal(path, complete) };
  } finally {
    await Promise.all(arcades.map((arcade) => arcade.close()));
  }
}

/** Two processes, or one for a single game. */
async function openArcades(
  { observation }: RegisteredTeacher,
  { numEnvs, seed, maxEpisodeFrames }: RecordOptions,
): Promise<Arcade[]> {
  const half = Math.ceil(numEnvs / 2);
  const sizes = numEnvs > 1 ? [half, numEnvs - half] : [1];
  const limit = maxEpisodeFrames === undefined ? {} : { maxEpisodeFrames };
  const opening = sizes.map((size) => openArcade({ ...arcadeOptions(observation), ...limit, numEnvs: size, seed }));
  const opened = await Promise.allSettled(opening);
  const failed = opened.find((outcome) => outcome.status === 'rejected');
  if (!failed) return Promise.all(opening);
  for (const outcome of opened) if (outcome.status === 'fulfilled') await outcome.value.close();
  throw failed.reason;
}

function stagingOptions(teacher: RegisteredTeacher, options: RecordOptions, { versions }: Arcade) {
  const { observation, actions } = teacher;
  const { acting, name, seed } = options;
  const attributes: Omit<RolloutsAttributes, 'format_version'> = {
    game: observation.game,
    actions: [...actions],
    observation,
    contract_hash: contractHash(observation),
    teacher: name,
    acting: acting.kind,
    ...(acting.kind === 'epsilon-greedy' ? { epsilon: acting.epsilon } : {}),
    ...(acting.kind === 'mixture' ? { beta: acting.beta, beta_per: acting.per } : {}),
    seed,
    versions,
  };
  const { height, width } = observation;
  const columns = acting.kind === 'mixture' ? actions.length : 0;
  const players = acting.kind === 'mixture' ? [teacher, acting.student] : [teacher];
  const plan = { max_episode_frames: options.maxEpisodeFrames ?? null, weights: players.map(weightsHash) };
  return { attributes, plan, height, width, columns };
}

/** A recording goes on only with the policies that it was begun with. */
function weightsHash({ weights }: RegisteredTeacher): string {
  const hash = createHash('sha256');
  for (const [name, { data }] of weights) hash.update(name).update(data);
  return hash.digest('hex');
}

interface Running {
  staging: Staging;
  plan: RecordingPlan;
  progress: Progress;
  queue: EventQueue<RecordEvent>;
}

function episodePlan({ seed }: RecordOptions, running: Running, aborted: () => boolean): EpisodePlan {
  const { plan } = running;
  return {
    next: () => plan.next(),
    seedOf: (episode) => episodeSeed({ seed, episode }),
    begin: (episode) => episodeSink(episode, running),
    end: () => plan.end(),
    isOver: () => aborted() || plan.complete() !== undefined,
  };
}

function episodeSink(episode: number, { staging, plan, progress, queue }: Running): EpisodeSink {
  const stage = staging.begin(episode);
  return {
    async append({ frame, action, reward, logProbs }) {
      plan.played(episode);
      const due = progress.due();
      if (due) queue.tell({ type: 'progress', progress: due });
      await stage.append({
        frames: frame,
        ...staging.shape,
        actions: Uint8Array.of(action),
        rewards: Float32Array.of(reward),
        ...(logProbs ? { logProbs } : {}),
      });
    },
    async finish(terminated) {
      const staged = await staging.finish(stage, terminated);
      plan.finished(episode, staged.frames);
      progress.finished(staged);
      const { frames, return: total } = staged;
      queue.tell({ type: 'episode', episode, frames, return: total, terminated });
    },
    discard: () => stage.discard(),
  };
}
