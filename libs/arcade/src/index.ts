export { ArcadeError, ArcadeUnavailableError, ImportError } from './arcade-error.ts';
export { GAMES } from './games.ts';
export { type ArcadeOptions } from './arcade-options.ts';
export { type Arcade, type ArcadeStep, openArcade, type Start, provisionArcade } from './arcade.ts';
export { type Act, recordEpisodes, type RecordedEpisode, type RecordingGoal } from './record.ts';
export { importEpisodes, type ImportEpisodesOptions, type ImportEvent, type OpenedImport } from './import-episodes.ts';
export { drawSaliency, type SaliencyPicture } from './saliency.ts';
export { drawVideo, type Video, type VideoMove, type VideoOptions, type VideoSide } from './video.ts';
export {
  type Choices,
  type EpisodePlan,
  type EpisodeSink,
  type PlayedStep,
  playEpisodes,
  type Turn,
} from './play-episodes.ts';
