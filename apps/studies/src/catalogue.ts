import { regression } from './regression/study.ts';
import { type Study } from './study/study.ts';

/** All studies by their names on the command line. */
export const STUDIES: Readonly<Record<string, Study>> = Object.fromEntries(
  [regression].map((study) => [study.name, study as unknown as Study]),
);
