import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { importRollouts } from '@distiller/distillation';
import { type ImportWork } from '../kinds/work.ts';
import { madeRollouts } from './made-rollouts.ts';
import { type JobOrder, type Told } from './messages.ts';
import { type WorkContext } from './work-context.ts';

/** Brings recorded play of another library under a contract. An interrupted import begins anew: it takes minutes. */
export async function* runImport(
  { spec, file }: ImportWork,
  { scratch }: JobOrder,
  { store, signal }: WorkContext,
): AsyncGenerator<Told> {
  await mkdir(scratch, { recursive: true });
  const target = join(scratch, 'imported.zarr.zip');
  for await (const event of importRollouts(spec, { source: file.path, sourceName: spec.name, target, scratch })) {
    if (signal.aborted) return;
    switch (event.type) {
      case 'remark':
        yield { type: 'remark', message: event.remark };
        break;
      case 'progress':
        yield { type: 'progress', phase: 'importing', done: event.done, total: event.total, step: event.done };
        break;
      case 'finished': {
        const stored = await store.put(createReadStream(target));
        const source = { kind: 'import', format: spec.format, sha256: event.sourceSha256, remarks: event.remarks };
        const rollouts = await madeRollouts(target, { name: spec.name, file: stored, source });
        const result = { frames: rollouts.frames, episodes: rollouts.episodes, mean_return: rollouts.meanReturn };
        yield { type: 'finished', step: rollouts.frames, result, made: { rollouts } };
      }
    }
  }
}
