import { loadEngine } from '@distiller/compute';
import { readSafetensors, writeSafetensors } from '@distiller/policies';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { findArcadePython } from '../../../../test/python.ts';
import { tinyInputs } from '../../../../test/tiny-distillation.ts';
import { EvaluationSpec } from '../spec/index.ts';
import { type EvaluationInputs, type EvaluationOptions, evaluatePolicies } from './evaluate-policies.ts';
import { quickSpec, untrained } from './evaluation.fixture.ts';
import { type EvaluationEvent } from './events.ts';
import { episodesOf, saveLedger } from './ledger.ts';
import { setScene } from './scene.ts';
import { readStudent } from './student.ts';
import { traceGame } from './trace.ts';

const inputs = { teacher: untrained(1), student: untrained(2) };
/** Two rounds of nine games, of three players, with sticky actions and without. */
const WHOLE = { episodes: 18, sticky_actions: 'both', random_baseline: true };
const EPISODES = 2 * 3 * 18;

async function run(overrides: Record<string, unknown>, from: EvaluationInputs = inputs, options?: EvaluationOptions) {
  const events: EvaluationEvent[] = [];
  for await (const event of evaluatePolicies(quickSpec(overrides), from, options)) events.push(event);
  return events;
}

const finished = (events: EvaluationEvent[]) => {
  const last = events.at(-1)!;
  if (last.type !== 'finished') throw new Error(`it ended with '${last.type}'`);
  return last;
};
const report = async (overrides: Record<string, unknown>, from?: EvaluationInputs) =>
  finished(await run(overrides, from)).report;

describe.runIf(await findArcadePython())('an evaluation', () => {
  let whole: EvaluationEvent[];
  beforeAll(async () => {
    await loadEngine(inject('engines')[0]!);
    whole = await run(WHOLE, inputs, { progressEveryMs: 20 });
  }, 180_000);

  test('plays the same seeds with each policy and stickiness, every one to its end', () => {
    const { play } = finished(whole).report;
    expect(play.map((one) => one.sticky_action_probability)).toEqual([0, 0.25]);
    expect(play[0]!.seeds).toEqual(play[1]!.seeds);
    for (const { seeds, teacher, student, random } of play)
      for (const player of [teacher, student, random!]) {
        expect(player.returns).toHaveLength(seeds.length);
        // 1200 emulator frames are 40 steps; a game may be lost just then.
        expect(Math.max(...player.steps)).toBeLessThanOrEqual(40);
        expect(player.truncated).toBeLessThanOrEqual(player.steps.filter((steps) => steps === 40).length);
        expect(player.mean.value).toBeCloseTo(player.returns.reduce((a, b) => a + b) / 18, 12);
      }
    const truncated = play.map(
      ({ teacher, student, random }) => teacher.truncated + student.truncated + random!.truncated,
    );
    for (const count of truncated) expect(count % (3 * 18)).toBeGreaterThan(0);
    expect(play[0]!.student.steps).not.toEqual(play[1]!.student.steps);
    expect(play[0]!.student.steps).not.toEqual(play[0]!.teacher.steps);
  });

  test('an episode is what its seed alone gives: a game that is played by itself goes the same way', async () => {
    const { play } = finished(whole).report;
    const { players, playing, policies } = setScene(quickSpec(WHOLE), inputs);
    for (const [index, episode] of [2, 13].entries()) {
      const { seeds, student, sticky_action_probability: stickyActionProbability } = play[index]!;
      const game = { ...playing.game, stickyActionProbability, seed: seeds[episode]! };
      const trace = await traceGame(game, players.student, 1000);
      expect([trace.moves.length, trace.return]).toEqual([student.steps[episode], student.returns[episode]]);
    }
    tf.dispose([...policies.teacher.weights, ...policies.student.weights]);
  });

  test.each([
    { enough: 1, stickiness: 'off' },
    { enough: 70, stickiness: 'both' },
  ])('stopped after $enough episodes and resumed, it ends in the report of an undisturbed one', async (stopped) => {
    const overrides = { ...WHOLE, sticky_actions: stopped.stickiness };
    const abort = new AbortController();
    let checkpoint: Uint8Array | undefined;
    const options = { signal: abort.signal, progressEveryMs: 1 };
    for await (const event of evaluatePolicies(quickSpec(overrides), inputs, options)) {
      if (event.type === 'progress' && event.episodesDone >= stopped.enough) abort.abort();
      if (event.type === 'checkpoint') checkpoint = event.bytes;
      expect(event.type).not.toBe('finished');
    }
    const resumed = await run(overrides, { ...inputs, checkpoint });
    const first = resumed.find((event) => event.type === 'progress')!;
    expect(first.episodesDone).toBeGreaterThanOrEqual(stopped.enough);
    const { play } = finished(resumed).report;
    expect(play).toEqual(finished(whole).report.play.slice(0, play.length));
  });

  test('progress counts episodes and returns, and knows no time left before one has ended', () => {
    const progress = whole.filter((event) => event.type === 'progress');
    expect(progress[0]).toMatchObject({ episodesDone: 0, episodesTotal: EPISODES, etaSeconds: null });
    expect(progress.at(-1)).toMatchObject({ episodesDone: EPISODES, etaSeconds: 0 });
    expect(progress.at(-1)!.returns.map(({ player, stickyActionProbability: p }) => `${player} ${p}`)).toEqual(
      [0, 0.25].flatMap((p) => ['teacher', 'student', 'random'].map((player) => `${player} ${p}`)),
    );
    const { teacher } = finished(whole).report.play[0]!;
    expect(progress.at(-1)!.returns[0]!.returns.slice().sort()).toEqual(teacher.returns.slice().sort());
  });

  test('a policy against itself has the return ratio 1 exactly, for both draw the same', async () => {
    const { play } = await report({ episodes: 8 }, { ...inputs, student: inputs.teacher });
    expect(play[0]!.teacher).toEqual(play[0]!.student);
    expect(Math.max(...play[0]!.teacher.returns)).toBeGreaterThan(0);
    expect(play[0]!.return_ratio?.value).toBe(1);
  });

  test('the random player draws also where the others act greedily, and another seed is other games', async () => {
    const { play } = await report({ acting: 'greedy', random_baseline: true, seed: 2, episodes: 8 });
    const { steps, returns } = play[0]!.random!;
    expect(new Set(steps.map((count, episode) => `${count} ${returns[episode]}`)).size).toBeGreaterThan(1);
    expect(play[0]!.seeds).not.toEqual(finished(whole).report.play[0]!.seeds.slice(0, 8));
  });

  test('an emulator that fails ends the evaluation with its words, and leaves no tensor behind', async () => {
    const teacher = { ...inputs.teacher, observation: { ...inputs.teacher.observation, frame_skip: 0 } };
    const before = tf.memory().numTensors;
    const running = run({}, { teacher, student: { ...inputs.student, observation: teacher.observation } });
    await expect(running).rejects.toThrow('frameskip must be positive');
    expect(tf.memory().numTensors).toBe(before);
  });

  test('what the teacher played beside one student is not played again beside another, who gets its own report', async () => {
    const checkpoints = (await run({ episodes: 4 })).filter((event) => event.type === 'checkpoint');
    const checkpoint = episodesOf('teacher', checkpoints.at(-1)!.bytes);
    const other = { ...inputs, student: untrained(3) };
    const events = await run({ episodes: 4 }, { ...other, checkpoint }, { progressEveryMs: 1 });
    const [first] = events.filter((event) => event.type === 'progress');
    expect([first?.episodesDone, first?.episodesTotal]).toEqual([4, 8]);
    expect(finished(events).report).toEqual(await report({ episodes: 4 }, other));
  });

  test('video and saliency come as files, with what both would do on the frames that are shown', async () => {
    const overrides = { episodes: 1, sticky_actions: 'on', video: { seconds: 2 }, saliency_frames: 3 };
    const { report: told, files } = finished(await run(overrides));
    expect(files.map(({ name, mediaType }) => [name, mediaType])).toEqual([
      ['video.mp4', 'video/mp4'],
      ['saliency-action.png', 'image/png'],
      ['saliency-all.png', 'image/png'],
      ['saliency.safetensors', 'application/octet-stream'],
    ]);
    expect(told.video).toMatchObject({ frames: 2 * 30 + 1, sticky_action_probability: 0.25 });
    expect(told.saliency!.source).toBe('play');
    expect(told.saliency!.frames).toHaveLength(3);
    const { tensors } = readSafetensors(files[3]!.bytes);
    expect(tensors.get('student.saliency_action')!.shape).toEqual([3, 12, 12]);
    for (const [row, { teacher, student }] of told.saliency!.frames.entries()) {
      expect(teacher.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(tensors.get('student.probabilities')!.data[row * 4]).toBeCloseTo(student[0]!, 6);
    }
  });

  test('held-out metrics have a confusion matrix whose off-diagonal share is the action error', async () => {
    const { teacher, rollouts } = await tinyInputs();
    // Other weights of the same shapes.
    const weights = [...teacher.weights].map(
      ([name, tensor]) => [name, { ...tensor, data: tensor.data.slice().reverse() }] as const,
    );
    const student = { ...teacher, weights: new Map(weights) };
    const few = { episodes: 1, saliency_frames: 2, evaluation_frames: 30, max_episode_frames: 40 };
    const { held_out: heldOut, saliency } = await report(few, { teacher, student, rollouts });
    // The last two episodes of forty frames.
    expect(heldOut).toMatchObject({ frames: 30, jacobian_frames: 80 });
    const diagonal = heldOut!.confusion.reduce((sum, row, action) => sum + row[action]!, 0);
    expect(heldOut!.confusion.flat().reduce((a, b) => a + b)).toBe(30);
    expect(diagonal).toBeLessThan(30);
    expect(heldOut!.action_error).toBeCloseTo(1 - diagonal / 30, 12);
    expect(saliency!.source).toBe('rollouts');
  });
});

test('a checkpoint of another evaluation is refused', async () => {
  const key = { game: 'breakout', seed: 1, episodes: 3, acting: 'sampled', maxEpisodeFrames: 720 };
  const checkpoint = saveLedger({ key, episodes: [] });
  await expect(run({ seed: 2 }, { ...inputs, checkpoint })).rejects.toThrow('The checkpoint is of another evaluation');
});

test('a student of other pixels or other actions is refused before anything is played', async () => {
  const observation = { ...inputs.teacher.observation, frame_skip: 3 };
  const other = { ...inputs, student: { ...inputs.student, observation } };
  await expect(run({}, other)).rejects.toMatchObject({ code: 'contract_mismatch', pointer: '/student/model' });
  const renamed = { ...inputs, student: { ...inputs.student, actions: ['FIRE', 'NOOP', 'RIGHT', 'LEFT'] } };
  await expect(run({}, renamed)).rejects.toMatchObject({ code: 'actions_mismatch' });
});

test('a student is read from its own file, and a file without its description is refused', () => {
  const { architecture, observation, actions } = inputs.student;
  const tensors = new Map(inputs.student.weights);
  const fields = { layers: architecture.layers, observation, actions };
  const metadata = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, JSON.stringify(value)]));
  expect(readStudent(writeSafetensors({ tensors, metadata }))).toEqual(inputs.student);
  expect(() => readStudent(writeSafetensors({ tensors, metadata: {} }))).toThrow('layers, observations and actions');
});

test('everything but teacher and student has a default', () => {
  const spec = EvaluationSpec.parse({ kind: 'evaluation', teacher: 't', student: { model: 's' } });
  expect(spec).toMatchObject({
    episodes: 30,
    sticky_actions: 'both',
    acting: 'sampled',
    video: { seconds: 60, seed: 1 },
  });
  expect(EvaluationSpec.parse({ ...spec, video: false }).video).toBe(false);
});
