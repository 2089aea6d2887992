import { type EvaluationReport } from '../spec/evaluation-report.ts';
import { type EvaluationSpec } from '../spec/index.ts';
import { filmDuel, stepsIn } from './duel.ts';
import { type EvaluationEvent, type EvaluationFile } from './events.ts';
import { compareHeldOut, type HeldOut } from './held-out.ts';
import { compareSaliency, type SaliencyFrames } from './saliency.ts';
import { type Scene } from './scene.ts';
import { type Trace, traceGame } from './trace.ts';

interface BeyondPlay {
  report: Pick<EvaluationReport, 'held_out' | 'video' | 'saliency'>;
  files: EvaluationFile[];
}

/**
 * All of an evaluation but the returns: held-out metrics, the video and the saliency, as far as they are asked for.
 * Undefined when it was aborted.
 */
export async function* compareBeyondPlay(
  spec: EvaluationSpec,
  { scene, heldOut, signal }: { scene: Scene; heldOut: HeldOut | undefined; signal: AbortSignal | undefined },
): AsyncGenerator<EvaluationEvent, BeyondPlay | undefined> {
  const found: BeyondPlay = { report: { held_out: null, video: null, saliency: null }, files: [] };
  let trace: Trace | undefined;
  if (heldOut) {
    yield { type: 'stage', stage: 'held-out' };
    found.report.held_out = await compareHeldOut(spec, scene.policies, heldOut);
  }
  if (signal?.aborted) return undefined;
  if (spec.video) {
    yield { type: 'stage', stage: 'video' };
    const film = await filmDuel(scene.duel, scene.players);
    trace = film.teacher;
    found.report.video = film.report;
    found.files.push(film.file);
  }
  if (signal?.aborted) return undefined;
  if (spec.saliency_frames > 0) {
    yield { type: 'stage', stage: 'saliency' };
    const frames = heldOut ? { source: 'rollouts' as const, ...heldOut } : playedFrames(trace ?? (await look(scene)));
    const saliency = await compareSaliency(scene.policies, { ...frames, count: spec.saliency_frames });
    found.report.saliency = saliency.report;
    found.files.push(...saliency.files);
  }
  return found;
}

function look({ duel, players }: Scene): Promise<Trace> {
  return traceGame(duel.game, players.teacher, stepsIn(duel.seconds, duel.game.frameSkip));
}

function playedFrames({ observations }: Trace): Omit<SaliencyFrames, 'count'> {
  const indices = Int32Array.from({ length: observations.frames.count }, (_, index) => index);
  return { source: 'play', observations, indices };
}
