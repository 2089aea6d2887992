import { type SweepChild } from '@distiller/client';
import { inCell, renderTable } from '../table.ts';

/** A sweep's children, a column for each parameter. */
export function childTable(children: readonly SweepChild[], metric: string): string[] {
  const paths = [...new Set(children.flatMap(({ point }) => Object.keys(point)))];
  const heading = ['', ...paths, 'status', 'done', metric, 'job', 'model'];
  return renderTable(
    heading,
    children.map((child) => [String(child.index), ...paths.map((path) => inCell(child.point[path])), ...rest(child)]),
  );
}

function rest({ status, held_for: heldFor, halved, error, ...child }: SweepChild): string[] {
  const why = halved ? 'halved' : (error ?? (heldFor === null ? undefined : `for ${heldFor}`));
  return [
    why === undefined ? status : `${status} (${why})`,
    `${child.step}/${child.total_steps}`,
    child.value === null ? '–' : String(Number(child.value.toPrecision(4))),
    child.job_id,
    child.model_id ?? '–',
  ];
}
