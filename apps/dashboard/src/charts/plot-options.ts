import type uPlot from 'uplot';
import { tokenColour } from '../shell/theme.ts';
import { formatDuration } from '../shell/time.tsx';
import { type XAxis } from './line.ts';
import { logRange } from './log-range.ts';

const CURVES = 8;
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3]];

/** How a line is told from the others: a colour and, when they are used up, dashes. */
export const colourName = (style: number): string => `--curve-${(style % CURVES) + 1}`;
export const dashOf = (style: number): number[] => DASHES[Math.floor(style / CURVES) % DASHES.length] ?? [];

export interface Mark {
  x: number;
  kind: 'checkpoint' | 'best';
  /** Where a star stands; a checkpoint is a line across. */
  y?: number;
}

export interface PlotLook {
  /** A line's label and style; dashes may be given besides. */
  lines: readonly { label: string; style: number; dash?: number[] }[];
  isSmoothed: boolean;
  hasBands: boolean;
  scale: 'log' | 'linear';
  axis: XAxis;
  height: number;
  /** Charts with the same key show the same place. */
  syncKey?: string;
}

const LOG = 3;
const RAW_ALPHA = 0.28;
const BAND_ALPHA = 0.16;

/** Rows of data that a line takes, in this order: the line, the raw one under it, the band's ends. */
function rowsOf({ isSmoothed, hasBands }: Pick<PlotLook, 'isSmoothed' | 'hasBands'>): number {
  return 1 + (isSmoothed ? 1 : 0) + (hasBands ? 2 : 0);
}

export function plotOptions(look: PlotLook, width: number): Omit<uPlot.Options, 'hooks'> {
  const axis: uPlot.Axis = {
    stroke: tokenColour('--muted'),
    font: '11px system-ui',
    grid: { stroke: tokenColour('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: look.height,
    padding: [10, 12, 0, 0],
    legend: { show: false },
    cursor: { points: { size: 7 }, ...(look.syncKey !== undefined && { sync: { key: look.syncKey } }) },
    scales: {
      x: { time: look.axis === 'wall' },
      y: look.scale === 'log' ? { distr: LOG, range: yRange } : {},
    },
    axes: [
      { ...axis, size: 30, ...(look.axis === 'relative' && { values: (_, ticks) => ticks.map(formatDuration) }) },
      { ...axis, size: 54, values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : short(tick))) },
    ],
    series: [{}, ...look.lines.flatMap((line) => seriesOf(line, look))],
    ...(look.hasBands && { bands: look.lines.map((line, index) => bandOf(line.style, index, look)) }),
  };
}

function seriesOf({ style, dash }: PlotLook['lines'][number], look: PlotLook): uPlot.Series[] {
  const stroke = tokenColour(colourName(style));
  const hidden = { stroke: 'transparent', width: 0, spanGaps: true, points: { show: false } };
  return [
    { stroke, width: 1.75, dash: dash ?? dashOf(style), spanGaps: true, points: { show: sparse, size: 5 } },
    ...(look.isSmoothed ? [{ stroke, width: 1, alpha: RAW_ALPHA, spanGaps: true, points: { show: false } }] : []),
    ...(look.hasBands ? [hidden, hidden] : []),
  ];
}

/** A curve of few points shows them: a line between two evaluations is a guess. */
function sparse(plot: uPlot, row: number): boolean {
  let count = 0;
  for (const value of plot.data[row] ?? []) if (value !== null && value !== undefined) count += 1;
  return count <= 60;
}

function bandOf(style: number, index: number, look: PlotLook): uPlot.Band {
  const last = 1 + rowsOf(look) * (index + 1) - 1;
  const fill = tokenColour(colourName(style)).replace('rgb(', 'rgba(').replace(')', `, ${BAND_ALPHA})`);
  return { series: [last, last - 1], fill };
}

/** uPlot asks without values too: of a curve that is zero throughout, and while the reader has zoomed to where there is none. */
function yRange(_: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax {
  return min === null || max === null ? [null, null] : logRange(min, max);
}

const short = (value: number): string => (value === 0 ? '0' : Number(value.toPrecision(3)).toString());

/** Checkpoints as thin lines across, the best point as a star above it. */
export function drawMarks(plot: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { x, kind, y } of marks) {
    const left = plot.valToPos(x, 'x', true);
    if (left < bbox.left || left > bbox.left + bbox.width) continue;
    if (kind === 'checkpoint') {
      ctx.strokeStyle = tokenColour('--line-strong');
      ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
      ctx.lineWidth = devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left, bbox.top + bbox.height);
      ctx.stroke();
    } else if (y !== undefined) {
      ctx.fillStyle = tokenColour('--warn');
      ctx.font = `${16 * devicePixelRatio}px system-ui`;
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.fillText('★', left, plot.valToPos(y, 'y', true) - 11 * devicePixelRatio);
    }
  }
  ctx.restore();
}
