import { type Job } from '@distiller/client';

export interface ChartSpec {
  title: string;
  meaning: string;
  names: readonly string[];
  scale: 'log' | 'linear';
  /** Which end of its first curve is starred. */
  better?: 'low' | 'high';
}

const TRAINING: ChartSpec[] = [
  {
    title: 'Training loss',
    meaning: 'Per step: distance of the values, of the derivatives, and their weighted sum.',
    names: ['value_term', 'derivative_term', 'loss'],
    scale: 'log',
  },
  {
    title: 'kl',
    meaning: 'KL(teacher ‖ student) on held-out frames, nats.',
    names: ['kl'],
    scale: 'log',
    better: 'low',
  },
  {
    title: 'action_error',
    meaning: 'Share of held-out frames where the likeliest action differs.',
    names: ['action_error'],
    scale: 'linear',
    better: 'low',
  },
  {
    title: 'jacobian_error',
    meaning: 'Relative squared error of the log-policy Jacobian on held-out frames.',
    names: ['jacobian_error'],
    scale: 'log',
    better: 'low',
  },
  {
    title: 'Gradient norm',
    meaning: 'Of the loss in all weights, before it is clipped.',
    names: ['gradient_norm'],
    scale: 'log',
  },
  {
    title: 'Learning rate',
    meaning: 'Of the optimiser, as its schedule has it.',
    names: ['learning_rate'],
    scale: 'linear',
  },
];

const RETURNS: ChartSpec[] = [
  {
    title: 'Returns',
    meaning: 'Mean return of student and teacher after each round, from the same seeds.',
    names: ['student_return', 'teacher_return'],
    scale: 'linear',
  },
  {
    title: 'return_ratio',
    meaning: "Student's mean return over the teacher's.",
    names: ['return_ratio'],
    scale: 'linear',
    better: 'high',
  },
];

const PLAY: ChartSpec[] = [
  {
    title: 'mean_return',
    meaning: 'Of the episodes that were played to their end.',
    names: ['mean_return'],
    scale: 'linear',
  },
  {
    title: 'frames_per_second',
    meaning: 'Recorded frames a second, since the recording was begun or went on.',
    names: ['frames_per_second'],
    scale: 'linear',
  },
];

/** What a job of each kind has to show as curves; metrics that are not known here get charts of their own. */
export function chartsOf({ spec }: Pick<Job, 'spec'>, recorded: readonly string[]): readonly ChartSpec[] {
  const known = usual(spec);
  const drawn = new Set(known.flatMap(({ names }) => names));
  const others = recorded.filter((name) => !drawn.has(name));
  return [...known, ...others.map((name): ChartSpec => ({ title: name, meaning: '', names: [name], scale: 'linear' }))];
}

function usual(spec: Job['spec']): readonly ChartSpec[] {
  switch (spec.kind) {
    case 'distillation':
      return spec.data?.kind === 'closed_loop' ? [...RETURNS, ...TRAINING] : TRAINING;
    case 'recording':
      return PLAY;
    default:
      return [];
  }
}
