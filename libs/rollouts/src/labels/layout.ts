import { type ArrayLayout } from '../zarr-array.ts';
import { type NewLabelsAttributes } from './attributes.ts';
import { PROJECTION_BYTES } from './quantize.ts';
import { type ShardLayout } from './shard.ts';

/** Frames that are labelled at once, held in memory and written as one chunk of each array. */
const MOST_FRAMES = 256;
const SHARD_BYTES = 8 * 2 ** 20;

/** The arrays of a labels file. The first axis is the frame; of all but `basis`. */
export interface LabelsLayout {
  framesPerChunk: number;
  /** [N, A] */
  logProbs: ArrayLayout;
  vjp: {
    /** [N, K, H, W, stack] stored numbers, each projection packed by itself. */
    projections: ShardLayout;
    /** [N, K] */
    scales: ArrayLayout;
    /** [N, K, A] the directions v. */
    directions: ArrayLayout;
  } | null;
  /** [N, K, A] */
  jvp: ArrayLayout | null;
}

/** Where in the file everything is, which follows from the attributes alone. */
export function labelsLayout(attributes: Omit<NewLabelsAttributes, 'versions'>): LabelsLayout {
  const { frames, actions, projections } = attributes;
  const framesPerChunk = chunkFrames(attributes);
  const array = (name: string, itemShape: number[], dataType: ArrayLayout['dataType'] = 'float32') => ({
    name,
    dataType,
    length: frames,
    itemShape,
    chunkLength: framesPerChunk,
  });
  const count = projections.kind === 'none' ? 0 : projections.count;
  return {
    framesPerChunk,
    logProbs: array('log_probs', [actions]),
    vjp:
      projections.kind === 'vjp'
        ? {
            projections: {
              name: 'vjp',
              precision: projections.precision,
              length: frames,
              count,
              itemShape: attributes.observation,
              framesPerShard: framesPerChunk,
            },
            scales: array('vjp_scales', [count]),
            directions: array('vjp_directions', [count, actions]),
          }
        : null,
    jvp:
      projections.kind === 'jvp'
        ? array('jvp', [count, actions], projections.precision === 'f16' ? 'float16' : 'float32')
        : null,
  };
}

/** [C, H, W, stack], the directions among which those of a jvp are chosen, where the set has some. */
export function basisLayout(
  { observation }: Pick<NewLabelsAttributes, 'observation'>,
  components: number,
): ArrayLayout {
  return { name: 'basis', dataType: 'float16', length: components, itemShape: [...observation], chunkLength: 8 };
}

/** A power of two, so that shards of any size begin at the same frames as others. */
function chunkFrames({ observation, projections }: Pick<NewLabelsAttributes, 'observation' | 'projections'>): number {
  if (projections.kind !== 'vjp') return MOST_FRAMES;
  const bytes = observation.reduce((product, size) => product * size, PROJECTION_BYTES[projections.precision]);
  let frames = MOST_FRAMES;
  while (frames > 1 && frames * projections.count * bytes > SHARD_BYTES) frames /= 2;
  return frames;
}
