import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Binding, type Handle } from './node-backend.ts';
import { type Recording } from './recording.ts';
import { savedModel, TAG } from './saved-model.ts';

/** A graph that TensorFlow has optimised, and runs as a whole. */
export interface Session {
  /** @param inputs numbers of tensors, one a placeholder; they share their memory with the graph */
  run(inputs: number[]): Handle[];
  close(): void;
}

/** TensorFlow takes a graph as a directory only; it is gone when this returns. */
export function openSession(binding: Binding, { nodes, inputs, outputs }: Recording): Session {
  const directory = mkdtempSync(join(tmpdir(), 'sobolev-graph-'));
  try {
    writeFileSync(join(directory, 'saved_model.pb'), savedModel(nodes));
    const model = binding.loadSavedModel(directory, TAG);
    const [given, asked] = [names('input', inputs), names('output', outputs)];
    return {
      run: (ids) => binding.runSavedModel(model, ids, given, asked),
      close: () => binding.deleteSavedModel(model),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const names = (kind: string, count: number) => Array.from({ length: count }, (_, index) => `${kind}${index}:0`).join();
