// The training process: one job, one process. It owns the tensor engine and nothing else; the worker writes the rows.
import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { loadEngine } from '@distiller/compute';
import { distill, DivergedError, type DistillEvent, openRollouts, readSafetensors } from '@distiller/distillation';
import { type ArtifactStore, createArtifactStore } from '@distiller/storage';
import { type StopOrder, type StoredFile, type TrainingMessage, type TrainingOrder } from './messages.ts';

const stop = new AbortController();
process.on('disconnect', () => process.exit(1));
process.on('message', (order: TrainingOrder | StopOrder) => {
  if (order.type === 'stop') stop.abort();
  else void train(order).then(() => process.disconnect());
});
// The worker decides when training ends: a terminal's Ctrl-C reaches this process too and must not race it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

async function train(order: TrainingOrder): Promise<void> {
  try {
    await loadEngine(order.engine);
    const store = createArtifactStore(order.artifactsUrl);
    let step = 0;
    for await (const event of distill(order.spec, await readInputs(order), { ...order, signal: stop.signal })) {
      const message = await toMessage(event, store);
      if ('step' in event) step = event.step;
      send(message);
      // Training blocks the event loop; between two steps, orders are heard and messages leave.
      await setImmediate();
      if (message.type === 'finished') return;
    }
    send({ type: 'stopped', step });
  } catch (error) {
    send(failure(error));
  }
}

async function readInputs({ teacher, rolloutsPath, checkpointPath }: TrainingOrder) {
  const { tensors: weights } = readSafetensors(await readFile(teacher.weightsPath));
  return {
    teacher: { ...teacher, weights },
    rollouts: await openRollouts(rolloutsPath),
    checkpoint: checkpointPath === undefined ? undefined : await readFile(checkpointPath),
  };
}

async function toMessage(event: DistillEvent, store: ArtifactStore): Promise<TrainingMessage> {
  switch (event.type) {
    case 'labelling':
    case 'step':
    case 'evaluation':
      return event;
    case 'checkpoint':
      return { type: 'checkpoint', step: event.step, file: await put(store, event.bytes) };
    case 'finished': {
      const [student, reference] = await Promise.all([
        put(store, event.files.student),
        put(store, event.files.reference),
      ]);
      return { type: 'finished', metrics: event.metrics, student, reference, parameterCount: event.parameterCount };
    }
  }
}

async function put(store: ArtifactStore, bytes: Uint8Array): Promise<StoredFile> {
  const stored = await store.put(bytes);
  return { sha256: stored.sha256, bytes: stored.bytes };
}

function failure(error: unknown): TrainingMessage {
  if (error instanceof DivergedError) {
    return { type: 'failed', code: 'diverged', message: error.message, data: { step: error.step, term: error.term } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'failed', code: 'training_error', message, data: {} };
}

function send(message: TrainingMessage): void {
  // The worker may be gone already: then so are we, without a word.
  process.send?.(message, undefined, undefined, (error) => {
    if (error) process.exit(1);
  });
}
