import { type SweepChild } from '@distiller/client';

/** By the sweep's metric; who has none yet comes last, in the order in which they were made. */
export function bestFirst(children: readonly SweepChild[], goal: string): SweepChild[] {
  const sign = goal === 'minimize' ? 1 : -1;
  const rank = ({ value }: SweepChild) => (value === null ? Infinity : sign * value);
  return [...children].sort((a, b) => (rank(a) === rank(b) ? a.index - b.index : rank(a) < rank(b) ? -1 : 1));
}

/** Fields of the spec that are not the same in all of them. */
export function variedPaths(children: readonly SweepChild[]): string[] {
  return [...new Set(children.flatMap(({ point }) => Object.keys(point)))];
}
