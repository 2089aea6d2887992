import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { logRange } from './log-range.ts';
import { useDark } from './use-dark.ts';

export interface PlotProps {
  data: uPlot.AlignedData;
  names: readonly string[];
  scale: 'log' | 'linear';
  /** What a screen reader says instead of the drawing. */
  label: string;
}

const HEIGHT = 220;
const LOG = 3;

/** Curves on a canvas, as wide as their container; new data leaves the reader's zoom alone. */
export function Plot({ data, names, scale, label }: PlotProps) {
  const container = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(data);
  const dark = useDark();
  const key = names.join(' ');

  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const made = new uPlot(
      options({ names: key.split(' '), scale, width: element.clientWidth }),
      latest.current,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
    // The colours are read from the style sheet when the plot is made: dark or light makes another.
  }, [key, scale, dark]);

  useEffect(() => {
    latest.current = data;
    const current = plot.current;
    if (!current) return;
    const zoomed = isZoomed(current);
    current.setData(data, !zoomed);
    if (zoomed) current.redraw();
  }, [data]);

  return <div ref={container} role="img" aria-label={label} className="plot" />;
}

function isZoomed(plot: uPlot): boolean {
  const steps = plot.data[0];
  const { min, max } = plot.scales['x'] ?? {};
  const isWhole = min === undefined || min === null || (min <= (steps[0] ?? min) && (max ?? 0) >= (steps.at(-1) ?? 0));
  return !isWhole;
}

function options({
  names,
  scale,
  width,
}: {
  names: string[];
  scale: PlotProps['scale'];
  width: number;
}): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  return {
    width,
    height: HEIGHT,
    scales: { x: { time: false }, y: scale === 'log' ? { distr: LOG, range: yRange } : {} },
    axes: [
      { ...axis, size: 32 },
      { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : short(tick))) },
    ],
    series: [
      { label: 'step' },
      ...names.map((label, index) => ({
        label,
        stroke: colour(`--curve-${index + 1}`),
        width: 1.5,
        // Told apart by dashes as well, for eyes that do not tell these colours apart.
        dash: [[], [6, 3], [2, 3]][index] ?? [],
        spanGaps: true,
        points: { show: names.length === 1 },
      })),
    ],
  };
}

/** uPlot asks without values too: of a curve that is zero throughout, and while the reader has zoomed to where there is none. */
function yRange(_: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax {
  return min === null || max === null ? [null, null] : logRange(min, max);
}

const short = (value: number): string => (value === 0 ? '0' : Number(value.toPrecision(3)).toString());
