import { type SealedRollouts } from '@distiller/rollouts';

/** How far a recording is. */
export interface RecordingProgress {
  /** Frames so far, those of an interrupted recording included. */
  frames: number;
  /** Of the finished recording, as far as that can be told. */
  expectedFrames: number | null;
  /** Since this recording was begun or went on. */
  framesPerSecond: number;
  /** Whole episodes, and the mean of their returns. */
  episodes: number;
  meanReturn: number | null;
  secondsLeft: number | null;
}

/** What `record` tells whoever runs it, in order. */
export type RecordEvent =
  /** Once, first: what an interrupted recording left, and what of it was damaged and is played again. */
  | { type: 'opened'; episodes: number; frames: number; damaged: readonly string[] }
  | { type: 'episode'; episode: number; frames: number; return: number; terminated: boolean }
  /** About twice a second, and before `sealing`. */
  | { type: 'progress'; progress: RecordingProgress }
  | { type: 'sealing'; episodes: number; frames: number }
  | { type: 'finished'; rollouts: SealedRollouts };
