import { type Job } from '@distiller/client';
import { useMemo } from 'react';
import { type ChartSettings } from '../charts/chart-controls.tsx';
import { Chart } from '../charts/chart.tsx';
import { type Line, toLine } from '../charts/line.ts';
import { type Curves } from '../charts/series.ts';
import { isFinal } from '../job/is-final.ts';
import { lossName } from '../job/loss-name.ts';
import { groupBySeed, meanLine } from './group-jobs.ts';

const CHARTS = [
  { name: 'kl', meaning: 'KL(teacher ‖ student) on held-out frames, nats.', scale: 'log' },
  { name: 'jacobian_error', meaning: 'Relative squared error of the Jacobian.', scale: 'log' },
  { name: 'action_error', meaning: 'Share of frames where the likeliest action differs.', scale: 'linear' },
  { name: 'return_ratio', meaning: "Student's mean return over the teacher's.", scale: 'linear' },
  { name: 'loss', meaning: 'Weighted sum of value and derivative term, each step.', scale: 'log' },
  { name: 'value_term', meaning: 'Distance of the values, each step.', scale: 'log' },
  { name: 'derivative_term', meaning: 'Distance of the derivatives, each step.', scale: 'log' },
] as const;

export interface OverlaysProps {
  jobs: readonly Job[];
  curves: readonly (Curves | undefined)[];
  settings: ChartSettings;
  isGrouped: boolean;
}

export function Overlays(props: OverlaysProps) {
  const drawn = CHARTS.filter(({ name }) => props.curves.some((curves) => curves?.has(name)));
  if (drawn.length === 0) return <p className="placeholder">None of these jobs has recorded a curve yet.</p>;
  return (
    <div className="charts">
      {drawn.map((chart) => (
        <Overlay key={chart.name} chart={chart} {...props} />
      ))}
    </div>
  );
}

function Overlay({ chart, jobs, curves, settings, isGrouped }: OverlaysProps & { chart: (typeof CHARTS)[number] }) {
  const { axis, smoothing, scale } = settings;
  const lines = useMemo(() => {
    const labels = labelsOf(jobs);
    const single = jobs.map((_, style) =>
      toLine(curves[style]?.get(chart.name), axis, { label: labels[style] ?? '', style }),
    );
    return isGrouped ? grouped(jobs, single) : single.filter(({ xs }) => xs.length > 0);
  }, [jobs, curves, chart.name, axis, isGrouped]);
  return (
    <Chart
      title={chart.name}
      meaning={chart.meaning}
      lines={lines}
      scale={scale ?? chart.scale}
      axis={axis}
      smoothing={smoothing}
      isOver={jobs.every(({ status }) => isFinal(status))}
    />
  );
}

/** Ids end in what tells them apart. */
function labelsOf(jobs: readonly Job[]): string[] {
  return jobs.map((job) => `…${job.id.slice(-6)} ${lossName(job)}`);
}

function grouped(jobs: readonly Job[], single: readonly Line[]): Line[] {
  return groupBySeed(jobs).map(({ name, jobs: members }, style) => {
    const lines = members.flatMap((job) => single[jobs.indexOf(job)] ?? []).filter(({ xs }) => xs.length > 0);
    return meanLine(lines, { label: `${name} (${members.length})`, style });
  });
}
