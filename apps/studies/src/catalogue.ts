import { regression } from './regression/study.ts';
import { type Study } from './study/study.ts';
import { sourceOf } from './synthetic-gradients/sources.ts';
import { syntheticGradients } from './synthetic-gradients/study.ts';

export const STUDY_NAMES = ['regression', 'synthetic-gradients'] as const;
export type StudyName = (typeof STUDY_NAMES)[number];

/** A study by its name on the command line. @param data images for `synthetic-gradients` */
export function studyOf(name: StudyName, { data = 'digits' }: { data?: string | undefined } = {}): Study {
  // Each runs cells of its own making only.
  switch (name) {
    case 'regression':
      return regression as unknown as Study;
    case 'synthetic-gradients':
      return syntheticGradients(sourceOf(data)) as unknown as Study;
  }
}

export function isStudyName(name: string): name is StudyName {
  return (STUDY_NAMES as readonly string[]).includes(name);
}
