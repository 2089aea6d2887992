import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { provisionArcade } from './arcade.ts';
import { ImportError } from './arcade-error.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { type RecordedEpisode } from './record.ts';

export interface ImportEpisodesOptions {
  format: 'npz' | 'minari' | 'dqn-replay';
  path: string;
  /** The observation contract that the file was recorded under, by its names on the wire. */
  contract: Readonly<Record<string, unknown>> & { height: number; width: number };
  /** Names of the actions, in the order of their numbers in the file; the game's own unless told. */
  actions?: string[];
  /** Where a directory for what has to be unpacked is made, and removed again. */
  scratch?: string;
}

/** What a file says of itself before its pixels are read. */
export interface OpenedImport {
  /** Steps in the file. */
  frames: number;
  episodes: number;
  actions: string[];
  /** Of the packages that read it. */
  versions: Record<string, string>;
  /** Names that the file gives to itself, by format. */
  source: Record<string, string | boolean>;
}

/** What an import tells, in order: `opened` once, then episodes, with how many of the file's steps were read between them. */
export type ImportEvent =
  | ({ type: 'opened' } & OpenedImport)
  | { type: 'remark'; remark: string }
  | { type: 'frames'; done: number }
  | { type: 'episode'; episode: RecordedEpisode };

const Reply = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('opened'),
    frames: z.int(),
    episodes: z.int(),
    actions: z.array(z.string()),
    versions: z.record(z.string(), z.string()),
    source: z.record(z.string(), z.union([z.string(), z.boolean()])),
    remarks: z.array(z.string()),
  }),
  z.object({ type: z.literal('remark'), remark: z.string() }),
  z.object({ type: z.literal('episode'), steps: z.int(), terminated: z.boolean() }),
  z.object({ type: z.literal('frames'), count: z.int() }),
  z.object({ type: z.literal('finished') }),
]);
type Reply = z.infer<typeof Reply>;
const Refusal = z.object({
  refused: z.object({ where: z.string(), message: z.string(), index: z.int().nullable() }),
});

interface Received {
  header: Reply;
  payload: Uint8Array;
}

/**
 * Reads recorded play that was made elsewhere, in a process of its own with a bound on its memory, and brings its frames
 * under the contract. One episode at a time is held; the next block is read while the last one is taken.
 * @throws ImportError naming what is wrong with the file and where; ArcadeError where the process dies of it;
 * ArcadeUnavailableError where there is no Python
 */
export async function* importEpisodes(options: ImportEpisodesOptions): AsyncGenerator<ImportEvent> {
  const importer = startEmulator(await provisionArcade(), 'import_rollouts.py', 'importer');
  const scratch = await mkdtemp(join(options.scratch ?? tmpdir(), 'import-'));
  try {
    yield* toEvents(replies(importer, options, scratch), options.contract);
  } finally {
    await importer.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function* toEvents(
  received: AsyncGenerator<Received>,
  { height, width }: { height: number; width: number },
): AsyncGenerator<ImportEvent> {
  let done = 0;
  let filling: EpisodeFilling | undefined;
  for await (const { header, payload } of received) {
    if (header.type === 'opened') {
      const { remarks, ...opened } = header;
      yield opened;
      for (const remark of remarks) yield { type: 'remark', remark };
    } else if (header.type === 'remark') {
      yield header;
    } else if (header.type === 'episode') {
      filling = beginEpisode(header, payload, height * width);
    } else if (header.type === 'frames' && filling) {
      filling.add(payload);
      yield { type: 'frames', done: (done += header.count) };
      if (filling.isFull()) yield { type: 'episode', episode: { ...filling.episode, height, width } };
    }
  }
}

/** Asks for one message after the other, each while the one before is worked on. */
async function* replies(
  importer: Emulator,
  { format, path, contract, actions = [] }: ImportEpisodesOptions,
  scratch: string,
): AsyncGenerator<Received> {
  const options = { format, path, contract, actions, scratch };
  let next = ask(importer, { do: 'open', options });
  for (;;) {
    const received = await next;
    if (received.header.type === 'finished') return;
    next = ask(importer, { do: 'next' });
    // Where nobody takes it any more, nobody hears of its failure either.
    next.catch(() => {});
    yield received;
  }
}

async function ask(importer: Emulator, request: object): Promise<Received> {
  const { header, payload } = await importer.request(request);
  const refusal = Refusal.safeParse(header);
  if (!refusal.success) return { header: Reply.parse(header), payload };
  const { where, message, index } = refusal.data.refused;
  throw new ImportError(where, message, index);
}

type EpisodeFilling = ReturnType<typeof beginEpisode>;

/** Takes memory for an episode once: its length is known before its frames come. */
function beginEpisode(
  { steps, terminated }: { steps: number; terminated: boolean },
  numbers: Uint8Array,
  size: number,
) {
  const frames = new Uint8Array(steps * size);
  const actions = numbers.slice(0, steps);
  const rewards = new Float32Array(numbers.slice(steps).buffer);
  let filled = 0;
  return {
    episode: { frames, actions, rewards, terminated },
    add(block: Uint8Array) {
      frames.set(block, filled);
      filled += block.length;
    },
    isFull: () => filled === frames.length,
  };
}
