import { z } from 'zod';

const FinishedEpisode = z.object({
  player: z.enum(['teacher', 'student', 'random']),
  stickyActionProbability: z.number(),
  seed: z.int(),
  return: z.number(),
  steps: z.int(),
  truncated: z.boolean(),
});

/** One whole episode: who played it, from which seed, and what came of it. */
export type FinishedEpisode = z.infer<typeof FinishedEpisode>;

/** Which games are played: their episodes are not those of other games. */
export interface LedgerKey {
  game: string;
  seed: number;
  episodes: number;
  acting: string;
  maxEpisodeFrames: number;
}

/** What has been played so far. An episode is in it once it has ended: one that is interrupted is played again. */
export interface Ledger {
  key: LedgerKey;
  episodes: FinishedEpisode[];
  /** Steps of this run, those of episodes included that have not ended yet. */
  stepsPlayed: number;
  /** Steps of the episodes that have not ended yet. */
  stepsUnfinished: number;
}

/** An episode by what names it. */
export type EpisodeName = Pick<FinishedEpisode, 'player' | 'stickyActionProbability' | 'seed'>;

/** The episode of this name; undefined while it has not ended. */
export function findEpisode(episodes: readonly FinishedEpisode[], name: EpisodeName): FinishedEpisode | undefined {
  return episodes.find(
    ({ player, stickyActionProbability, seed }) =>
      player === name.player && stickyActionProbability === name.stickyActionProbability && seed === name.seed,
  );
}

/** @param checkpoint bytes of `saveLedger` @throws Error where they are of another evaluation */
export function openLedger(key: LedgerKey, checkpoint?: Uint8Array): Ledger {
  const ledger: Ledger = { key, episodes: [], stepsPlayed: 0, stepsUnfinished: 0 };
  if (!checkpoint) return ledger;
  const saved = readCheckpoint(checkpoint);
  if (JSON.stringify(saved.key) !== JSON.stringify(key)) {
    throw new Error(
      `The checkpoint is of another evaluation: ${JSON.stringify(saved.key)}, not ${JSON.stringify(key)}.`,
    );
  }
  return { ...ledger, episodes: saved.episodes };
}

export function saveLedger({ key, episodes }: Pick<Ledger, 'episodes'> & { key: unknown }): Uint8Array {
  return new Uint8Array(Buffer.from(JSON.stringify({ key, episodes })));
}

/** A checkpoint with one player's episodes alone: for an evaluation of another opponent on the same games. */
export function episodesOf(player: FinishedEpisode['player'], checkpoint: Uint8Array): Uint8Array {
  const { key, episodes } = readCheckpoint(checkpoint);
  return saveLedger({ key, episodes: episodes.filter((episode) => episode.player === player) });
}

function readCheckpoint(bytes: Uint8Array) {
  return z
    .object({ key: z.unknown(), episodes: z.array(FinishedEpisode) })
    .parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}
