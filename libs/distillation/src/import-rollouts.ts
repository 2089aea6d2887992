import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { importEpisodes, type OpenedImport } from '@distiller/arcade';
import { createRolloutsWriter, type RolloutsWriter, type SealedRollouts } from '@distiller/rollouts';
import { contractHash, type ImportSpec } from './spec/index.ts';

export interface ImportFiles {
  /** The file that is read, and the name that the rollouts keep for it. */
  source: string;
  sourceName: string;
  /** Where the rollouts file will be. */
  target: string;
  /** Where a directory for what has to be unpacked is made, and removed again. */
  scratch?: string;
}

/** What `importRollouts` tells whoever runs it, in order. */
export type ImportRolloutsEvent =
  | { type: 'remark'; remark: string }
  | { type: 'progress'; done: number; total: number; secondsLeft: number }
  | { type: 'finished'; rollouts: SealedRollouts; sourceSha256: string; actions: string[]; remarks: string[] };

type ImportRequest = Pick<ImportSpec, 'format' | 'observation' | 'actions'>;

/**
 * Makes a rollouts file of recorded play from elsewhere: single frames under the contract, whole episodes, and in the
 * attributes which file it was. Where it fails, or the caller stops listening, nothing is left.
 * @throws ImportError naming what is wrong with the file and where; ArcadeUnavailableError where there is no Python
 */
export async function* importRollouts(request: ImportRequest, files: ImportFiles): AsyncGenerator<ImportRolloutsEvent> {
  const sourceSha256 = await sha256(files.source);
  const reading = { ...request, path: files.source, contract: request.observation, scratch: files.scratch };
  const remarks: string[] = [];
  let writer: RolloutsWriter | undefined;
  let opened: OpenedImport | undefined;
  const clock = startClock();
  try {
    for await (const event of importEpisodes(reading)) {
      if (event.type === 'opened') {
        opened = event;
      } else if (event.type === 'remark') {
        remarks.push(event.remark);
        yield event;
      } else if (event.type === 'frames' && opened) {
        yield {
          type: 'progress',
          done: event.done,
          total: opened.frames,
          secondsLeft: clock(event.done, opened.frames),
        };
      } else if (event.type === 'episode' && opened) {
        const source = { format: request.format, name: files.sourceName, sha256: sourceSha256, remarks: [...remarks] };
        writer ??= await createWriter(files.target, { request, opened, source });
        await writer.appendEpisode(event.episode);
      }
    }
    if (!writer || !opened) throw new Error('The importer finished without an episode.');
    const rollouts = await writer.seal();
    writer = undefined;
    yield { type: 'finished', rollouts, sourceSha256, actions: opened.actions, remarks };
  } finally {
    await writer?.discard();
  }
}

interface Origin {
  request: ImportRequest;
  opened: OpenedImport;
  source: { format: string; name: string; sha256: string; remarks: string[] };
}

function createWriter(target: string, { request: { observation }, opened, source }: Origin): Promise<RolloutsWriter> {
  return createRolloutsWriter(target, {
    game: observation.game,
    actions: opened.actions,
    observation,
    contract_hash: contractHash(observation),
    teacher: null,
    acting: 'unknown',
    seed: null,
    versions: opened.versions,
    source: { ...source, details: opened.source },
  });
}

/** Seconds left at the mean pace so far. */
function startClock() {
  const start = performance.now();
  return (done: number, total: number) => ((performance.now() - start) / 1000 / done) * Math.max(0, total - done);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
