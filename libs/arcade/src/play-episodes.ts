import { type Arcade } from './arcade.ts';

/** Where a game is: which step of which episode is to be played. */
export interface Turn {
  episode: number;
  /** Counts from 0. */
  step: number;
}

/** What is played at one step in each game. */
export interface Choices {
  /** [n] indices into the arcade's actions. */
  actions: ArrayLike<number>;
  /** [n] what is recorded instead, where the actions have other numbers there. */
  recorded?: ArrayLike<number>;
  /** [n, A] to be kept with the steps. */
  logProbs?: Float32Array;
}

/** One step as it was played: its newest frame, [height, width], copied. */
export interface PlayedStep {
  frame: Uint8Array;
  action: number;
  reward: number;
  logProbs?: Float32Array;
}

/** Where the steps of one episode go. */
export interface EpisodeSink {
  append(step: PlayedStep): Promise<void> | void;
  finish(terminated: boolean): Promise<void>;
  discard(): Promise<void>;
}

/** Which episodes are played, and what becomes of them. */
export interface EpisodePlan {
  /** The next episode to begin; undefined when no more are wanted. */
  next(): number | undefined;
  /** Seed of its game, in [0, 2³¹). */
  seedOf(episode: number): number;
  begin(episode: number): EpisodeSink;
  /** From which number on episodes are no longer wanted; Infinity while all of them are. Never rises. */
  end(): number;
  /** Whether nothing that is being played is still wanted. */
  isOver(): boolean;
}

/**
 * Plays numbered episodes, each from a seed of its own: what happens in one depends on its seed and the actions alone,
 * not on how many games there are nor on what was played before. The arcades take turns of themselves: while the actions of
 * one are chosen, the processes of the others play.
 * @param act chooses for [n, stack, height, width]; null stands where a game waits for the end
 */
export async function playEpisodes(
  arcades: readonly Arcade[],
  act: (observations: Uint8Array, turns: readonly (Turn | null)[]) => Promise<Choices>,
  plan: EpisodePlan,
): Promise<void> {
  const groups = arcades.map((arcade) => ({ arcade, takes: Array<Take | null>(arcade.options.numEnvs).fill(null) }));
  try {
    await beginTakes(groups, plan);
    let failed = false;
    const shared = { ...plan, isOver: () => failed || plan.isOver() };
    const playing = groups.map((group) =>
      playGroup(group, act, shared).catch((error: unknown) => {
        failed = true;
        throw error;
      }),
    );
    // All of them end before what they play is discarded.
    await Promise.allSettled(playing);
    await Promise.all(playing);
  } finally {
    for (const { takes } of groups) for (const take of takes) await take?.sink.discard();
  }
}

type ActInTurn = Parameters<typeof playEpisodes>[1];

interface Take extends Turn {
  sink: EpisodeSink;
}

interface Group {
  arcade: Arcade;
  takes: (Take | null)[];
}

async function playGroup({ arcade, takes }: Group, act: ActInTurn, plan: EpisodePlan): Promise<void> {
  while (!plan.isOver() && takes.some((take) => take !== null)) {
    const { observations } = arcade;
    const turns = takes.map((take) => take && { episode: take.episode, step: take.step });
    const { actions, recorded = actions, logProbs } = await act(observations, turns);
    const { rewards, terminated, truncated } = await arcade.step(
      takes.map((take, game) => (take ? (actions[game] as number) : null)),
      { again: false },
    );
    const width = logProbs && logProbs.length / takes.length;
    for (const [game, take] of takes.entries()) {
      if (!take) continue;
      await take.sink.append({
        frame: newestFrame(arcade, observations, game),
        action: recorded[game] as number,
        reward: rewards[game] as number,
        ...(width ? { logProbs: logProbs.slice(game * width, (game + 1) * width) } : {}),
      });
      take.step += 1;
      if (!terminated[game] && !truncated[game]) continue;
      takes[game] = null;
      await take.sink.finish(terminated[game] === true);
    }
    await discardSpare(takes, plan.end());
    await beginTakes([{ arcade, takes }], plan);
  }
}

/** What is being played of episodes that are no longer wanted. */
async function discardSpare(takes: (Take | null)[], end: number): Promise<void> {
  for (const [game, take] of takes.entries()) {
    if (!take || take.episode < end) continue;
    takes[game] = null;
    await take.sink.discard();
  }
}

/** Begins an episode in every game that waits for one, as long as there are any; by turns, so that all groups have the first. */
async function beginTakes(groups: readonly Group[], plan: EpisodePlan): Promise<void> {
  const waiting = groups.flatMap((group) =>
    group.takes.flatMap((take, game) => (take === null ? [{ group, game }] : [])),
  );
  const starts = new Map<Group, { game: number; seed: number }[]>(groups.map((group) => [group, []]));
  for (const { group, game } of waiting.toSorted((a, b) => a.game - b.game)) {
    const episode = plan.next();
    if (episode === undefined) break;
    group.takes[game] = { episode, step: 0, sink: plan.begin(episode) };
    starts.get(group)!.push({ game, seed: plan.seedOf(episode) });
  }
  const begun = [...starts].filter(([, games]) => games.length > 0);
  await Promise.all(begun.map(([{ arcade }, games]) => arcade.restart(games)));
}

/** A copy: a view would keep the observations of the step, which are four times as large. */
function newestFrame({ options }: Arcade, observations: Uint8Array, game: number): Uint8Array {
  const size = options.height * options.width;
  const end = (game + 1) * options.stack * size;
  return observations.slice(end - size, end);
}
