import { startFrameBlocks } from '@distiller/rollouts';
import { type DrawOptions, type Draws, type Gather, startGathering } from '../draws.ts';
import { type StoredObservations } from '../observations.ts';
import { windowPlan } from './window-plan.ts';

/**
 * Draws from rows of a recording that is too large for memory, as `windowPlan` says: a thread reads the blocks that come next
 * while one trains. A draw depends on the seed and the step alone, whichever was taken before.
 * @param indices the frames to draw from, each the one after the one before
 */
export async function startWindowedDraws(
  { store, stack, bytes }: StoredObservations,
  indices: Int32Array,
  options: DrawOptions,
): Promise<Draws> {
  const { seed, batchSize, withNext } = options;
  const { chunkLength: blockLength, height, width } = store;
  const fitting = Math.floor((0.75 * bytes) / ((blockLength + stack) * height * width));
  const plan = windowPlan({ seed, batchSize, rows: indices.length, blockLength, slots: fitting });
  const blocks = await startFrameBlocks(store, { stack, blockLength, slots: plan.slots, withNext });
  const first = indices[0]!;
  const loading = new Map<number, Promise<void>>();
  let asked = 0;

  /** Asks for the blocks before `until` that are not asked for yet: nothing is gathered from their slots any more. */
  const load = (until: number) => {
    for (; asked < until; asked++) {
      const { start, end } = plan.block(asked);
      const loaded = blocks.load(asked % plan.slots, { start: first + start, end: first + end });
      // Whoever draws from it hears of it; nobody may.
      loaded.catch(() => undefined);
      loading.set(asked, loaded);
    }
  };
  const draw = async (step: number, gather: Gather) => {
    const position = plan.position(step);
    asked = Math.max(asked, position);
    load(position + plan.width);
    for (let number = position; number < position + plan.width; number++) {
      await loading.get(number);
      loading.delete(number);
    }
    const { rows, numbers } = plan.draw(step);
    const ends = rows.map((row, example) => {
      const number = numbers[example]!;
      return blocks.place(number % plan.slots, row - plan.block(number).start);
    });
    const gathered = await gather(rows, ends);
    load(position + plan.slots);
    return gathered;
  };
  const draws = startGathering({ frames: blocks.frames, stack }, options, oneAfterTheOther(draw));
  return {
    take: (step) => draws.take(step),
    async close() {
      await draws.close();
      await blocks.close();
    },
  };
}

/** Each call begins when the one before has ended: slots are written over only when nobody gathers from them. */
function oneAfterTheOther<A extends unknown[], T>(work: (...given: A) => Promise<T>): (...given: A) => Promise<T> {
  let before: Promise<unknown> = Promise.resolve();
  return (...given) => {
    const own = before.then(
      () => work(...given),
      () => work(...given),
    );
    before = own;
    return own;
  };
}
