import { type StepTerms } from '@distiller/sobolev';
import { type LabelsPlan } from './spec/index.ts';
import { type Watch } from './watch.ts';

/** Metrics on held-out frames, by their names on the wire. */
export type EvaluationMetrics = {
  /** KL(teacher ‖ student), nats, mean over frames. */
  kl: number;
  /** 1 − argmax agreement. */
  action_error: number;
  /** ‖J_s − J_t‖² / ‖J_t‖² of the log-policy Jacobians. */
  jacobian_error: number;
};

/** How well a student plays, by the names on the wire. */
export type ReturnMetrics = {
  /** Its mean return over the teacher's, from the same seeds. */
  return_ratio: number;
  student_return: number;
  teacher_return: number;
};

/** The finished student, as files. */
export interface StudentFiles {
  /** safetensors: weights in PyTorch's layout, the layers and the observation contract in its metadata. */
  student: Uint8Array;
  /** safetensors: held-out `observations` [n, H, W, stack] and the student's own `logits` [n, A] on them. */
  reference: Uint8Array;
}

/** How many frames to train on have labels, and once at the start what of them was stored. */
export interface LabellingProgress {
  type: 'labelling';
  done: number;
  total: number;
  labels?: LabelsPlan;
}

/** A moment of training that one can go on from. */
interface CheckpointFiles {
  /** All of the training state. */
  bytes: Uint8Array;
  /** safetensors: the student as it is at that step, as in `StudentFiles`. */
  policy: Uint8Array;
  /** The best so far, where the spec keeps it. */
  isBest: boolean;
  /** One of those at every so many steps, of which this many are kept. */
  keepPeriodic: number | undefined;
}

/**
 * What `distill` tells whoever runs it, in order. Every step is told exactly once, from 1 to `steps`, with the seconds that
 * it took, and how many of them it waited for its batch: the share of a run is the sum of the one over the sum of the other.
 */
export type DistillEvent =
  | LabellingProgress
  | { type: 'step'; step: number; seconds: number; waitSeconds: number; metrics: StepTerms }
  | { type: 'evaluation'; step: number; metrics: Partial<EvaluationMetrics & ReturnMetrics> }
  /** A round's play on its way, of those that a closed loop records. */
  | { type: 'recording'; round: number; done: number; total: number }
  /** Games of student and teacher on their way, for their returns. */
  | { type: 'playing'; done: number; total: number }
  /** A round's play is whole: round 0 is the teacher's own. It must be kept for whoever goes on from a later checkpoint. */
  | { type: 'round'; round: number; path: string; frames: number; meanReturn: number }
  /** The run passes over its frames too seldom for its derivative term, and goes without. */
  | { type: 'values_alone'; passes: number; minPasses: number }
  /** Why training has ended before its last step. */
  | { type: 'stopped_early'; step: number; watch: Watch; metrics: EvaluationMetrics }
  | ({ type: 'checkpoint'; step: number } & CheckpointFiles)
  | {
      type: 'finished';
      /** The step whose student it is. */
      step: number;
      metrics: EvaluationMetrics & Partial<ReturnMetrics>;
      files: StudentFiles;
      parameterCount: number;
    };
