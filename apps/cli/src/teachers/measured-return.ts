import { type NewTeacher } from '@distiller/client';
import { InvalidArgumentError } from 'commander';

type MeasuredReturn = NonNullable<NewTeacher['return']>;

/** `mean,std,episodes[,sampled|greedy]`, as in `--return 398.2,21.5,30,greedy`. @throws InvalidArgumentError */
export function readReturn(text: string): MeasuredReturn {
  const [mean = NaN, std = NaN, episodes = NaN] = text.split(',', 3).map(number);
  const acting = text.split(',')[3] ?? 'sampled';
  if (![mean, std, episodes].every(Number.isFinite) || text.split(',').length > 4)
    throw new InvalidArgumentError('mean,std,episodes are wanted, and perhaps who acts: 398.2,21.5,30,greedy');
  if (acting !== 'sampled' && acting !== 'greedy') throw new InvalidArgumentError('acting is sampled or greedy');
  return { mean, std, episodes, acting };
}

function number(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}

/** What one episode's return says of the return that was measured. */
export interface ReturnVerdict {
  isNear: boolean;
  words: string;
}

/**
 * One episode beside the measured return: within 3 standard deviations; where none is known (0), at least a quarter of
 * the mean (at most that far below a mean that is negative).
 */
export function judgeReturn(episode: number, { mean, std }: Pick<MeasuredReturn, 'mean' | 'std'>): ReturnVerdict {
  const isNear = std > 0 ? Math.abs(episode - mean) <= 3 * std : episode >= mean - 0.75 * Math.abs(mean);
  const bound = std > 0 ? `${(Math.abs(episode - mean) / std).toFixed(1)} std away` : 'no std is known';
  return { isNear, words: `measured ${mean} ± ${std}: ${bound}` };
}
