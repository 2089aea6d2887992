import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { FormatError } from '../imported.ts';

/** What of an HDF5 file is of interest here. */
export interface Hdf5File {
  /** Keras' description of the model, where the file has one. */
  modelConfig: string | undefined;
  /** The datasets of floating-point numbers, by their paths, in the file's order. */
  tensors: Map<string, { shape: number[]; data: Float32Array }>;
}

const LIMITS = { depth: 16, objects: 10_000, bytes: 400_000_000, ratio: 100 };
/** Loading the library takes a quarter of a second; the largest policies are read in one more. */
const TIMEOUT_MS = 20_000;
const [MAX_HEAP_MB, MAX_STACK_MB] = [1024, 8];

const Answer = z.union([
  z.object({
    result: z.object({
      modelConfig: z.string().optional(),
      tensors: z.array(z.object({ name: z.string(), shape: z.array(z.number()), data: z.instanceof(Float32Array) })),
    }),
  }),
  z.object({ refusal: z.object({ where: z.string(), message: z.string() }) }),
]);

/** Whether the file begins as an HDF5 file does. */
function isHdf5(bytes: Uint8Array): boolean {
  return [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, index) => bytes[index] === byte);
}

/**
 * Reads an HDF5 file with the HDF5 library, in a thread with bounded memory that is ended when it takes too long.
 * @throws FormatError where the library cannot read it, or it declares more than it can hold
 */
export async function readHdf5(bytes: Uint8Array, where: string): Promise<Hdf5File> {
  if (!isHdf5(bytes)) throw new FormatError(where, 'is no HDF5 file');
  const answer = Answer.parse(await askThread(bytes, where));
  if ('refusal' in answer) throw refusal(answer.refusal, where);
  const { modelConfig, tensors } = answer.result;
  return { modelConfig, tensors: new Map(tensors.map(({ name, shape, data }) => [name, { shape, data }])) };
}

function refusal({ where, message }: { where: string; message: string }, file: string): FormatError {
  return where === 'file'
    ? new FormatError(file, `no HDF5 file, or a damaged one: ${message.slice(0, 300)}`)
    : new FormatError(where, message);
}

async function askThread(bytes: Uint8Array, where: string): Promise<unknown> {
  const worker = new Worker(new URL('hdf5-thread.mjs', import.meta.url), {
    workerData: { bytes, limits: LIMITS },
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, stackSizeMb: MAX_STACK_MB },
    // What the library prints about a damaged file is said in the error.
    stdout: true,
    stderr: true,
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const fail = (message: string) => reject(new FormatError(where, message));
      timer = setTimeout(() => fail('takes too long to read'), TIMEOUT_MS);
      worker.once('message', resolve);
      worker.once('error', (error) => fail(`no HDF5 file, or a damaged one: ${String(error)}`));
      worker.once('exit', () => fail('no HDF5 file, or a damaged one: its reader ended'));
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
