import { architectures } from './architectures/study.ts';
import { atari } from './atari/study.ts';
import { closedLoop } from './closed-loop/study.ts';
import { cost } from './cost/study.ts';
import { domainStudy } from './domains/study.ts';
import { text } from './domains/text.ts';
import { timeSeries } from './domains/time-series.ts';
import { regression } from './regression/study.ts';
import { type Study } from './study/study.ts';
import { sourceOf } from './synthetic-gradients/sources.ts';
import { syntheticGradients } from './synthetic-gradients/study.ts';

export const STUDY_NAMES = [
  'regression',
  'synthetic-gradients',
  'cost',
  'architectures',
  'atari',
  'closed-loop',
  'time-series',
  'text',
] as const;
export type StudyName = (typeof STUDY_NAMES)[number];

/** A study by its name on the command line. @param data images for `synthetic-gradients` */
export function studyOf(name: StudyName, { data }: { data?: string | undefined } = {}): Study {
  // Each runs cells of its own making only.
  switch (name) {
    case 'architectures':
      return architectures;
    case 'atari':
      return atari;
    case 'closed-loop':
      return closedLoop;
    case 'cost':
      return cost;
    case 'regression':
      return regression;
    case 'synthetic-gradients':
      return syntheticGradients(sourceOf(data ?? 'digits'));
    case 'time-series':
      return domainStudy(name, timeSeries);
    case 'text':
      return domainStudy(name, text);
  }
}

export function isStudyName(name: string): name is StudyName {
  return (STUDY_NAMES as readonly string[]).includes(name);
}
