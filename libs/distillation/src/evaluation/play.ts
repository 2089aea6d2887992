import { type ArcadeOptions, openArcade } from '@distiller/arcade';
import { type EvaluationEvent } from './events.ts';
import { type Ledger, saveLedger } from './ledger.ts';
import { playRound, wantedSeeds } from './play-round.ts';
import { type PlayPlan } from './play-plan.ts';
import { type Player } from './player.ts';
import { progressOf } from './progress.ts';

export interface PlayOptions {
  signal?: AbortSignal | undefined;
  checkpointEveryMs: number;
  progressEveryMs: number;
}

/** Plays what the ledger lacks, telling how it goes; when aborted, it ends with a checkpoint. */
export async function* play(plan: PlayPlan, ledger: Ledger, options: PlayOptions): AsyncGenerator<EvaluationEvent> {
  const stop = new AbortController();
  const startedAtMs = performance.now();
  let [ended, saved, savedAtMs] = [false, ledger.episodes.length, startedAtMs];
  const playing = playAll(plan, ledger, stop).finally(() => (ended = true));
  // It may fail while nobody waits; it is waited for below.
  playing.catch(() => undefined);
  const checkpoint = (): EvaluationEvent => {
    [saved, savedAtMs] = [ledger.episodes.length, performance.now()];
    return { type: 'checkpoint', bytes: saveLedger(ledger) };
  };
  try {
    while (!ended && !options.signal?.aborted) {
      await atMost(options.progressEveryMs, playing);
      yield progressOf(plan, ledger, (performance.now() - startedAtMs) / 1000);
      const isDue = performance.now() - savedAtMs >= options.checkpointEveryMs;
      if (isDue && ledger.episodes.length > saved) yield checkpoint();
    }
    if (ended) await playing;
    yield checkpoint();
  } finally {
    stop.abort();
    await playing.catch(() => undefined);
  }
}

/** All players at once: while the network answers one, the emulators of the others play. */
async function playAll({ players, stickiness, plan, game }: PlayPlan, ledger: Ledger, stop: AbortController) {
  for (const stickyActionProbability of stickiness) {
    const options = { ...game, stickyActionProbability, numEnvs: plan.games, seed: plan.seeds[0]! };
    const playing = players.map((player) => playSeeds(plan, options, { player, ledger, signal: stop.signal }));
    // One that fails ends the others, and is told when all have let go of their emulators.
    const failed = (error: unknown) => {
      stop.abort();
      throw error;
    };
    const outcomes = await Promise.allSettled(playing.map((one) => one.catch(failed)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }
}

async function playSeeds(
  { rounds }: PlayPlan['plan'],
  options: ArcadeOptions,
  context: { player: Player; ledger: Ledger; signal: AbortSignal },
): Promise<void> {
  const who = { player: context.player.name, stickyActionProbability: options.stickyActionProbability };
  const unfinished = rounds.filter((round) => wantedSeeds(round, context.ledger, who).some((seed) => seed !== null));
  if (unfinished.length === 0 || context.signal.aborted) return;
  const arcade = await openArcade(options);
  try {
    for (const round of unfinished) await playRound(round, { arcade, ...context });
  } finally {
    await arcade.close();
  }
}

/** Waits for it, but not for longer. @throws what it throws */
async function atMost(timeMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Promise((resolve) => (timer = setTimeout(resolve, timeMs)));
  await Promise.race([work, waiting]).finally(() => clearTimeout(timer));
}
