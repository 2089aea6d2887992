import { randomStream } from '@distiller/sobolev';

export interface WindowOptions {
  seed: number;
  batchSize: number;
  /** How many rows there are to draw from, n. */
  rows: number;
  /** The most rows of a block, L. */
  blockLength: number;
  /** Blocks that fit in memory. */
  slots: number;
}

/** From which blocks of rows each step draws. All of it follows from the options: nothing is remembered from step to step. */
export interface WindowPlan {
  /** Blocks in the window, W. */
  width: number;
  /** Slots that are used: blocks of the sequence whose numbers differ by less are in memory at the same time. */
  slots: number;
  /** The number in the sequence of the first block in the window, p(t). @param step t, counts from 1 */
  position(step: number): number;
  /** The rows of block number q of the sequence: from `start` up to, not including, `end`. */
  block(number: number): { start: number; end: number };
  /** [B] the rows of a step, and for each the number of its block, which is in that step's window. */
  draw(step: number): { rows: Int32Array; numbers: Int32Array };
}

/**
 * A window of blocks that moves over a random sequence of all of them.
 *
 * The n rows are cut into N = ⌈n / L⌉ blocks whose lengths differ by one at most: block b has the rows ⌊b·n/N⌋ to
 * ⌊(b+1)·n/N⌋ − 1. Their sequence is c(q) = π(q mod N), where π is a permutation drawn from the seed. At step t, from 1 on,
 * the window holds the blocks c(p), …, c(p + W − 1) with
 *
 *   p(t) = ⌊(t − 1) · B · N / n⌋,
 *
 * so that it moves on by one block whenever as many rows were drawn as a block has. Of each of the B rows of a batch, the block
 * is uniform among the W, and the row uniform within it, drawn from (seed, t) alone. In any N moves, which are n / B steps, every
 * block is in the window W times: every row is drawn once on average, but for what lengths differ by (one part in L).
 *
 * Blocks that are all in memory at once stay there: p = 0 and W = N, and every step draws from all rows.
 */
export function windowPlan({ seed, batchSize, rows: n, blockLength, slots }: WindowOptions): WindowPlan {
  const count = Math.ceil(n / blockLength);
  const order = permutation(seed, count);
  const fits = count <= slots;
  const width = fits ? count : windowWidth(slots, (batchSize * count) / n);
  const start = (block: number) => Math.floor((block * n) / count);
  const position = (step: number) => (fits ? 0 : Math.floor(((step - 1) * batchSize * count) / n));
  const block = (number: number) => {
    const index = order[number % count]!;
    return { start: start(index), end: start(index + 1) };
  };
  return {
    width,
    slots: fits ? count : Math.max(slots, width + spare((batchSize * count) / n)),
    position,
    block,
    draw(step) {
      const random = randomStream(seed, 'batch', step);
      const [rows, numbers] = [new Int32Array(batchSize), new Int32Array(batchSize)];
      for (let example = 0; example < batchSize; example++) {
        const number = position(step) + random.below(width);
        const { start: first, end } = block(number);
        numbers[example] = number;
        rows[example] = first + random.below(end - first);
      }
      return { rows, numbers };
    },
  };
}

/** Slots that are filled while the window is drawn from: those of the next two steps. */
const spare = (movesPerStep: number) => 2 * Math.ceil(movesPerStep);

const windowWidth = (slots: number, movesPerStep: number) => Math.max(1, slots - spare(movesPerStep));

/** [count] by Fisher and Yates. */
function permutation(seed: number, count: number): Int32Array {
  const random = randomStream(seed, 'window');
  const order = Int32Array.from({ length: count }, (_, block) => block);
  for (let place = count - 1; place > 0; place--) {
    const other = random.below(place + 1);
    [order[place], order[other]] = [order[other]!, order[place]!];
  }
  return order;
}
