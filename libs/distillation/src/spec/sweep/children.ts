import { DistillationSpec, SweepBase } from '../distillation.ts';
import { SpecError } from '../spec-error.ts';
import { drawPoints } from './draw-points.ts';
import { type SweepPoint, pointerOf, sweepError } from './point.ts';
import { rungFault } from './rungs.ts';
import { setField } from './set-field.ts';
import { type SweepSpec } from './sweep.ts';

/** One way in which a sweep does its distillation. */
export interface SweepChild {
  point: SweepPoint;
  spec: DistillationSpec;
}

/**
 * A sweep's children as jobs of their own, each parsed as such a job is. The parameters are set into the base with every
 * default of it filled in, so a field whose siblings depend on it (`optimizer.kind`) is given as a whole object (`optimizer`).
 * @throws SpecError naming the parameter, and the field of the child that it makes wrong
 */
export function sweepChildren(sweep: SweepSpec): SweepChild[] {
  requireApart(Object.keys(sweep.parameters));
  const children = drawPoints(sweep).map((point) => ({ point, spec: specAt(sweep, point) }));
  for (const child of children) checkCompared(sweep, child);
  return children;
}

function specAt({ base, requires, priority, tags, metadata }: SweepSpec, point: SweepPoint): DistillationSpec {
  let fields: unknown = base;
  for (const [path, value] of Object.entries(point)) {
    const set = setField(fields, path.split('.'), value);
    if (!set) {
      const message = `the base has no field '${path}'`;
      throw new SpecError('invalid_request', `/parameters/${path}`, message);
    }
    fields = set.value;
  }
  const parsed = SweepBase.safeParse(fields);
  const issue = parsed.error?.issues[0];
  if (issue) {
    // An unknown field is pointed at itself, as everywhere.
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const pointer = [...issue.path, ...keys].map((key) => `/${String(key)}`).join('');
    throw sweepError(point, { code: 'invalid_request', pointer, message: issue.message });
  }
  return DistillationSpec.parse({ ...parsed.data, requires, priority, tags, metadata });
}

/** One parameter inside another: which of them counts would depend on their order. */
function requireApart(paths: readonly string[]): void {
  for (const path of paths) {
    const outer = paths.find((other) => path.startsWith(`${other}.`));
    if (outer === undefined) continue;
    throw new SpecError('invalid_request', `/parameters/${path}`, `it is part of '${outer}', which varies too`);
  }
}

/** Whether the sweep can do with a child what it is to do. */
function checkCompared({ metric, search }: SweepSpec, { point, spec }: SweepChild): void {
  const refuse = (pointer: string, message: string) => {
    throw sweepError(point, { code: 'invalid_request', pointer, message });
  };
  const isRecorded = spec.data.kind === 'recorded';
  if (metric.name === 'return_ratio' && isRecorded) {
    refuse('/data', 'return_ratio, the metric of the sweep, is measured in closed loops alone');
  }
  if (search.kind !== 'successive_halving') return;
  if (!isRecorded) refuse('/data', 'successive halving stops at steps, where a closed loop may be at play');
  if (Object.keys(point).some((path) => pointerOf(path) === '/steps')) {
    refuse('/steps', 'successive halving gives the steps: all that go on to the end have the same');
  }
  const fault = rungFault(search, spec);
  if (fault !== undefined) throw new SpecError('invalid_request', '/search/min_steps', fault);
}
