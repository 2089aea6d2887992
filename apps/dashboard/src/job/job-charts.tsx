import { type Job } from '@distiller/client';
import { useMemo } from 'react';
import { ChartControls, type ChartSettings } from '../charts/chart-controls.tsx';
import { Chart } from '../charts/chart.tsx';
import { toLine } from '../charts/line.ts';
import { type Mark } from '../charts/plot-options.ts';
import { type Curve } from '../charts/series.ts';
import { chartsOf, type ChartSpec } from './chart-specs.ts';
import { isFinal } from './is-final.ts';
import { type JobStream } from './use-job-stream.ts';

export interface JobChartsProps {
  job: Job;
  stream: JobStream;
  settings: ChartSettings;
}

export function JobCharts({ job, stream, settings }: JobChartsProps) {
  const names = [...stream.curves.keys()].join();
  const charts = useMemo(() => chartsOf(job, names === '' ? [] : names.split(',')), [job, names]);
  if (charts.length === 0) return <p className="placeholder">A job of this kind has no curves.</p>;
  return (
    <>
      <ChartControls settings={settings} />
      <div className="charts">
        {charts.map((spec) => (
          <JobChart key={spec.title} spec={spec} stream={stream} settings={settings} job={job} />
        ))}
      </div>
    </>
  );
}

function JobChart({ spec, stream: { curves, checkpoints }, settings, job }: JobChartsProps & { spec: ChartSpec }) {
  const { axis, smoothing, scale } = settings;
  const first = curves.get(spec.names[0] ?? '');
  const lines = useMemo(
    () => spec.names.map((name, style) => toLine(curves.get(name), axis, { label: name, style })),
    [axis, spec, curves],
  );
  const marks = useMemo(
    () => (axis === 'step' ? marksOf(first, spec, checkpoints) : []),
    [axis, spec, checkpoints, first],
  );
  const isSample = first?.total !== undefined && first.total > first.steps.length;
  return (
    <Chart
      title={spec.title}
      meaning={spec.meaning}
      lines={lines}
      scale={scale ?? spec.scale}
      axis={axis}
      smoothing={smoothing}
      marks={marks}
      isOver={isFinal(job.status)}
      syncKey={job.id}
      note={
        isSample ? `Drawn are ${first.steps.length} of ${first.total} points, every extreme among them.` : undefined
      }
    />
  );
}

function marksOf(curve: Curve | undefined, { better }: ChartSpec, checkpoints: readonly number[]): Mark[] {
  const marks = checkpoints.slice(-50).map((x): Mark => ({ x, kind: 'checkpoint' }));
  const best = better && curve ? bestIndex(curve, better) : -1;
  const [x, y] = [curve?.steps[best], curve?.values[best]];
  return x === undefined || y === undefined || y === null ? marks : [...marks, { x, y, kind: 'best' }];
}

function bestIndex({ values }: Curve, better: 'low' | 'high'): number {
  let best = -1;
  values.forEach((value, index) => {
    if (value === null) return;
    const before = values[best] ?? null;
    if (before === null || (better === 'low' ? value < before : value > before)) best = index;
  });
  return best;
}
