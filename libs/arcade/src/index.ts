export { ArcadeError, ArcadeUnavailableError } from './arcade-error.ts';
export { GAMES } from './games.ts';
export { type Arcade, type ArcadeOptions, type ArcadeStep, openArcade, provisionArcade } from './arcade.ts';
export { type Act, recordEpisodes, type RecordedEpisode, type RecordingGoal } from './record.ts';
export { drawSaliency, type SaliencyPicture } from './saliency.ts';
export { drawVideo, type Video, type VideoMove, type VideoOptions, type VideoSide } from './video.ts';
