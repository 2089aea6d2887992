import { type EvaluationReport } from '../spec/evaluation-report.ts';
import { type PlayerName } from './player.ts';

export interface EvaluationProgress {
  type: 'progress';
  episodesDone: number;
  episodesTotal: number;
  /** Emulator frames, of all games together. */
  framesPerSecond: number;
  /** Of the play, by the mean length of the episodes that have ended; null before the first has. */
  etaSeconds: number | null;
  /** Of the episodes that have ended: short ones are among the first. */
  returns: { player: PlayerName; stickyActionProbability: number; returns: number[] }[];
}

export interface EvaluationFile {
  name: 'video.mp4' | 'saliency-action.png' | 'saliency-all.png' | 'saliency.safetensors';
  mediaType: string;
  bytes: Uint8Array;
}

/** What `evaluatePolicies` tells whoever runs it, in order. */
export type EvaluationEvent =
  | EvaluationProgress
  /** Every episode that has ended; an evaluation that goes on from here plays the others, and ends in the same report. */
  | { type: 'checkpoint'; bytes: Uint8Array }
  /** What is begun after the play. */
  | { type: 'stage'; stage: 'held-out' | 'video' | 'saliency' }
  | { type: 'finished'; report: EvaluationReport; files: EvaluationFile[] };
