import { Worker } from 'node:worker_threads';

interface SlotThreadOptions<Slot> {
  /** Plain JavaScript: it starts in tens of milliseconds, and Node 20 passes no TypeScript loader on to threads. */
  script: URL;
  /** What the thread starts with, besides the slots. */
  data: object;
  /** Shared memory that the thread writes its results into. */
  slots: readonly Slot[];
  /** What its owner is told of it, as `observations are gathered`. */
  name: string;
}

/** A slot that the thread has filled. */
interface Filled<Slot> {
  slot: Slot;
  /** Gives the slot back, to be written over. */
  release: () => void;
}

/** A thread that fills slots while its owner computes. It answers each message { slot, …order } with the slot's number. */
export interface SlotThread<Slot, Order> {
  /** In the order in which they were asked for, as soon as a slot is free. Rejects with whatever ended the thread. */
  fill(order: Order): Promise<Filled<Slot>>;
  /** Ends the thread. What was asked for and is not there yet is rejected. */
  close(): Promise<void>;
}

interface Request<Slot, Order> {
  order: Order;
  resolve: (filled: Filled<Slot>) => void;
  reject: (reason: Error) => void;
}

/** Starts the thread. The caller closes it. */
export function startSlotThread<Slot, Order extends object>({
  script,
  data,
  slots,
  name,
}: SlotThreadOptions<Slot>): SlotThread<Slot, Order> {
  // Without the loaders that this process may have been started with.
  const worker = new Worker(script, { workerData: { ...data, slots }, execArgv: [] });
  worker.unref();
  const free = slots.map((_, slot) => slot);
  const queue: Request<Slot, Order>[] = [];
  const running = new Map<number, Request<Slot, Order>>();
  let failure: Error | undefined;

  const proceed = () => {
    // While it ends, the thread is waited for.
    if (failure) return;
    while (queue.length > 0 && free.length > 0) {
      const [slot, request] = [free.shift()!, queue.shift()!];
      running.set(slot, request);
      worker.postMessage({ slot, ...request.order });
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
    const release = once(() => {
      free.push(slot);
      proceed();
    });
    request?.resolve({ slot: slots[slot]!, release });
    proceed();
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error(`the thread by which ${name} has died`)));

  return {
    fill(order) {
      return new Promise((resolve, reject) => {
        if (failure) throw failure;
        queue.push({ order, resolve, reject });
        proceed();
      });
    },
    async close() {
      fail(new Error(`the thread by which ${name} was ended`));
      await worker.terminate();
    },
  };
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
