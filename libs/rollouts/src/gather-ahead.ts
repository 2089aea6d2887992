import { Worker } from 'node:worker_threads';
import { type Frames } from './frames.ts';
import { stackSources } from './gather.ts';
import { allocatePixels } from './pixels.mjs';

export interface GatherAheadOptions {
  /** Frames in one observation. */
  stack: number;
  /** The most observations that are gathered at once. */
  batchSize: number;
  /** Batches that may be held, or made in advance, at the same time; each takes 4·B·H·W·stack bytes. */
  slots: number;
}

/** Observations as float32 pixels in [0, 1]. */
export interface GatheredPixels {
  /** [B, H, W, stack] in shared memory; theirs until `release`. */
  pixels: Float32Array<SharedArrayBuffer>;
  /** Gives the memory back, to be written over. */
  release: () => void;
}

/** A thread that gathers observations while its owner computes. */
export interface GatherAhead {
  /**
   * Asks for the observations that end in the frames `indices`; they are made in the order in which they were asked for,
   * as soon as a slot is free.
   * @throws RangeError when there is no such frame or they are too many, and whatever ended the thread
   */
  gather(indices: Int32Array): Promise<GatheredPixels>;
  /** Ends the thread. What was asked for and is not there yet is rejected. */
  close(): Promise<void>;
}

interface Request {
  sources: Int32Array;
  resolve: (gathered: GatheredPixels) => void;
  reject: (reason: Error) => void;
}

/** Starts the thread. Frames are shared with it, not copied. The caller closes it. */
export function startGatherAhead(frames: Frames, { stack, batchSize, slots: count }: GatherAheadOptions): GatherAhead {
  const size = frames.height * frames.width;
  const slots = Array.from({ length: count }, () => allocatePixels(batchSize * size * stack));
  const worker = startThread({ images: frames.data, shape: { size, stack }, slots });
  const free = slots.map((_, slot) => slot);
  const queue: Request[] = [];
  const running = new Map<number, Request>();
  let failure: Error | undefined;

  const proceed = () => {
    // While it ends, the thread is waited for.
    if (failure) return;
    while (queue.length > 0 && free.length > 0) {
      const [slot, request] = [free.shift()!, queue.shift()!];
      running.set(slot, request);
      worker.postMessage({ slot, sources: request.sources });
    }
    // Only while something is awaited does the thread keep the process alive.
    if (running.size > 0) worker.ref();
    else worker.unref();
  };
  const fail = (reason: Error) => {
    failure ??= reason;
    for (const { reject } of [...running.values(), ...queue.splice(0)]) reject(failure);
    running.clear();
  };
  worker.on('message', (slot: number) => {
    const request = running.get(slot);
    running.delete(slot);
    request?.resolve({
      pixels: slots[slot]!.subarray(0, request.sources.length * size),
      release: once(() => {
        free.push(slot);
        proceed();
      }),
    });
    proceed();
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('the thread that gathers observations has died')));

  return {
    gather(indices) {
      return new Promise((resolve, reject) => {
        if (failure) throw failure;
        if (indices.length > batchSize) throw new RangeError(`${indices.length} are more than ${batchSize}.`);
        queue.push({ sources: stackSources(frames, indices, stack), resolve, reject });
        proceed();
      });
    },
    async close() {
      fail(new Error('gathering has ended'));
      await worker.terminate();
    },
  };
}

function startThread(workerData: object): Worker {
  // Without the loaders that this process may have been started with.
  const worker = new Worker(new URL('./gather-thread.mjs', import.meta.url), { workerData, execArgv: [] });
  worker.unref();
  return worker;
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
