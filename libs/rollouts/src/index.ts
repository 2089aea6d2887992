export { RolloutsError } from './rollouts-error.ts';
export { type RolloutsAttributes } from './attributes.ts';
export { type EpisodeRecord } from './episode.ts';
export { type Episode } from './episodes.ts';
export { createRolloutsWriter, type RolloutsWriter, type SealedRollouts } from './writer.ts';
export { openRollouts, type Rollouts } from './rollouts.ts';
export { type Frames } from './frames.ts';
export { splitByEpisode, type SplitOptions } from './split.ts';
export { gatherObservations, type GatherOptions, nextFrames } from './gather.ts';
