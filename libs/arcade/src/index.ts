export { ArcadeError, ArcadeUnavailableError, ImportError } from './arcade-error.ts';
export { GAMES } from './games.ts';
export { type Arcade, type ArcadeOptions, type ArcadeStep, openArcade, provisionArcade } from './arcade.ts';
export { type Act, recordEpisodes, type RecordedEpisode, type RecordingGoal } from './record.ts';
export { importEpisodes, type ImportEpisodesOptions, type ImportEvent, type OpenedImport } from './import-episodes.ts';
