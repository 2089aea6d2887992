import { type Job } from '@distiller/client';
import { type ChartProps } from './chart.tsx';

type ChartSpec = Omit<ChartProps, 'curves' | 'isOver'>;

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
  },
  {
    title: 'action_error',
    meaning: 'Share of held-out frames where the likeliest action differs.',
    names: ['action_error'],
    scale: 'linear',
  },
  {
    title: 'jacobian_error',
    meaning: 'Relative squared error of the log-policy Jacobian on held-out frames.',
    names: ['jacobian_error'],
    scale: 'log',
  },
];

const RETURNS: ChartSpec = {
  title: 'Returns',
  meaning: 'Mean return of student and teacher after each round, from the same seeds.',
  names: ['student_return', 'teacher_return'],
  scale: 'linear',
};

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

/** What a job of each kind has to show as curves. */
export function chartsOf({ spec }: Pick<Job, 'spec'>): readonly ChartSpec[] {
  switch (spec.kind) {
    case 'distillation':
      return spec.data?.kind === 'closed_loop' ? [RETURNS, ...TRAINING] : TRAINING;
    case 'recording':
      return PLAY;
    case 'import':
    case 'labelling':
    case 'evaluation':
      return [];
  }
}
