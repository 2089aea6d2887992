/** What an evaluation found, as its report.json says it (`EvaluationReport` of the service), as far as it is shown. */
export interface Report {
  game: string;
  actions: string[];
  episodes: number;
  acting: string;
  play: PlayReport[];
  held_out: HeldOut | null;
  video: { seconds: number; teacher_return: number; student_return: number; seed: number } | null;
  saliency: { source: string; frames: FrameReport[] } | null;
}

export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
}

export interface Player {
  mean: Estimate;
  median: Estimate;
  iqm: Estimate;
  returns: number[];
  truncated: number;
}

export interface PlayReport {
  sticky_action_probability: number;
  teacher: Player;
  student: Player;
  random: Player | null;
  return_ratio: Estimate | null;
}

export interface HeldOut {
  frames: number;
  kl: number;
  action_error: number;
  confusion: number[][];
  jacobian_frames: number;
  jacobian_error: number;
}

export interface FrameReport {
  frame: number;
  teacher: number[];
  student: number[];
}
