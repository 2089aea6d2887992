import { type Rollouts } from '@distiller/rollouts';
import * as tf from '@tensorflow/tfjs-core';
import { type RegisteredTeacher } from '../load-policy.ts';
import { closeObservations } from '../observations.ts';
import { type EvaluationReport } from '../spec/evaluation-report.ts';
import { checkEvaluation, type EvaluationSpec, ObservationContract } from '../spec/index.ts';
import { compareBeyondPlay } from './beyond-play.ts';
import { type EvaluationEvent } from './events.ts';
import { type HeldOut, heldOutFrames } from './held-out.ts';
import { openLedger } from './ledger.ts';
import { play } from './play.ts';
import { reportPlay } from './returns.ts';
import { setScene } from './scene.ts';

export interface EvaluationInputs {
  teacher: RegisteredTeacher;
  /** As a teacher is registered, or as `readStudent` reads it. */
  student: RegisteredTeacher;
  /** Recorded under the same observation contract; without them there are no held-out metrics. */
  rollouts?: Rollouts | undefined;
  /** Bytes of an earlier `checkpoint` event: the episodes in it are not played again. */
  checkpoint?: Uint8Array | undefined;
}

export interface EvaluationOptions {
  /** When aborted, the stream ends without `finished`; its last checkpoint has every episode that had ended. */
  signal?: AbortSignal;
  checkpointEveryMs?: number;
  progressEveryMs?: number;
  /** Of decoded frames that may be in memory. */
  framesBytes?: number;
}

/**
 * Evaluates a student against its teacher: returns in the emulator on the same seeds, held-out metrics, a video of both,
 * and where both look. The caller owns the tensor engine. One spec gives one report, also when it was interrupted.
 * @throws SpecError where the two, or the rollouts, do not see the same pixels; ArcadeUnavailableError without an emulator
 */
export async function* evaluatePolicies(
  spec: EvaluationSpec,
  inputs: EvaluationInputs,
  { signal, checkpointEveryMs = 30_000, progressEveryMs = 1000, framesBytes }: EvaluationOptions = {},
): AsyncGenerator<EvaluationEvent> {
  const { teacher, rollouts } = inputs;
  checkEvaluation(teacher, inputs.student, rollouts && describe(rollouts));
  const ledger = openLedger(ledgerKey(spec, inputs), inputs.checkpoint);
  const scene = setScene(spec, inputs);
  let heldOut: HeldOut | undefined;
  try {
    yield* play(scene.playing, ledger, { signal, checkpointEveryMs, progressEveryMs });
    if (signal?.aborted) return;
    const { stack } = teacher.observation;
    heldOut = rollouts && (await heldOutFrames(spec, rollouts, { stack, framesBytes }));
    const rest = yield* compareBeyondPlay(spec, { scene, heldOut, signal });
    if (!rest) return;
    const { stickiness, plan } = scene.playing;
    const played = { seeds: plan.seeds, withRandom: spec.random_baseline, seed: spec.seed };
    const report: EvaluationReport = {
      ...summary(spec, teacher),
      play: stickiness.map((p) => reportPlay(ledger.episodes, { stickyActionProbability: p, ...played })),
      ...rest.report,
    };
    yield { type: 'finished', report, files: rest.files };
  } finally {
    if (heldOut) await closeObservations(heldOut.observations);
    tf.dispose([...scene.policies.teacher.weights, ...scene.policies.student.weights]);
  }
}

function describe({ attributes, episodes }: Rollouts) {
  const observation = ObservationContract.parse(attributes.observation);
  return { observation, actions: attributes.actions, episodes: episodes.length };
}

/** What decides how an episode goes, but for the weights. */
function ledgerKey({ seed, episodes, acting, max_episode_frames }: EvaluationSpec, { teacher }: EvaluationInputs) {
  const { game } = teacher.observation;
  return { game, seed, episodes, acting, maxEpisodeFrames: max_episode_frames };
}

function summary(
  { episodes, acting, max_episode_frames }: EvaluationSpec,
  { observation, actions }: RegisteredTeacher,
) {
  const { game } = observation;
  return { kind: 'evaluation' as const, game, actions: [...actions], episodes, acting, max_episode_frames };
}
