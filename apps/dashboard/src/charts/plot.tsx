import { useEffect, useEffectEvent, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useDark } from '../shell/theme.ts';
import { drawMarks, type Mark, type PlotLook, plotOptions } from './plot-options.ts';

export interface PlotProps {
  data: uPlot.AlignedData;
  look: PlotLook;
  marks: readonly Mark[];
  /** What a screen reader says instead of the drawing. */
  label: string;
  /** Index of the x under the pointer or the keyboard's cursor. */
  onCursor: (index: number | null, isKeyboard: boolean) => void;
}

const PAGE = 10;

/** Curves on a canvas, as wide as their container; new data leaves the reader's zoom and cursor alone. */
export function Plot({ data, look, marks, label, onCursor }: PlotProps) {
  const container = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ data, marks });
  const [zoomed, setZoomed] = useState(false);
  const dark = useDark();
  const key = JSON.stringify(look);
  const byKey = useRef(false);
  const cursor = useEffectEvent((index: number | null) => onCursor(index, byKey.current));

  // Before the plot is made: another look has other lines, and these must be theirs.
  useEffect(() => {
    latest.current = { data, marks };
  }, [data, marks]);

  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const parsed = JSON.parse(key) as PlotLook;
    const made = new uPlot(
      {
        ...plotOptions(parsed, element.clientWidth),
        hooks: {
          draw: [(self) => drawMarks(self, latest.current.marks)],
          setCursor: [(self) => cursor(self.cursor.idx ?? null)],
          setScale: [(self, scale) => scale === 'x' && setZoomed(isZoomed(self))],
        },
      },
      latest.current.data,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: parsed.height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
    // The colours are read from the style sheet when the plot is made: dark or light makes another.
  }, [key, dark]);

  useEffect(() => {
    const drawn = plot.current;
    if (!drawn) return;
    if (drawn.data === data) return drawn.redraw(false);
    const wasZoomed = isZoomed(drawn);
    drawn.setData(data, !wasZoomed);
    if (wasZoomed) drawn.redraw();
  }, [data, marks]);

  const onKey = (event: React.KeyboardEvent) => {
    if (!plot.current || event.altKey || event.ctrlKey || event.metaKey) return;
    if (zoomBy(plot.current, event.key)) return event.preventDefault();
    const index = moved(plot.current, event.key);
    if (index === undefined) return;
    event.preventDefault();
    byKey.current = true;
    placeCursor(plot.current, plot.current.data[0][index] ?? 0);
    onCursor(index, true);
  };
  return (
    <div className="plot-frame">
      <div
        ref={container}
        className="plot"
        role="group"
        aria-roledescription="chart"
        aria-label={label}
        tabIndex={0}
        onKeyDown={onKey}
        onPointerMove={() => (byKey.current = false)}
      />
      {zoomed && (
        <button type="button" className="reset-zoom" onClick={() => plot.current && reset(plot.current)}>
          Reset zoom
        </button>
      )}
    </div>
  );
}

function isZoomed(plot: uPlot): boolean {
  const steps = plot.data[0];
  const { min, max } = plot.scales['x'] ?? {};
  const isWhole = min === undefined || min === null || (min <= (steps[0] ?? min) && (max ?? 0) >= (steps.at(-1) ?? 0));
  return !isWhole;
}

function moved(plot: uPlot, key: string): number | undefined {
  const last = plot.data[0].length - 1;
  const at = plot.cursor.idx ?? (key === 'ArrowLeft' ? last + 1 : -1);
  const to = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    PageDown: at + PAGE,
    PageUp: at - PAGE,
    Home: 0,
    End: last,
  }[key];
  return to === undefined ? undefined : Math.min(Math.max(0, to), last);
}

/** + and − around the cursor, 0 for everything. */
function zoomBy(plot: uPlot, key: string): boolean {
  const factor = { '+': 0.5, '=': 0.5, '-': 2 }[key];
  if (key === '0') reset(plot);
  if (factor === undefined) return key === '0';
  const { min, max } = plot.scales['x'] ?? {};
  if (min === undefined || max === undefined || min === null || max === null) return true;
  const middle = plot.data[0][plot.cursor.idx ?? -1] ?? (min + max) / 2;
  const half = ((max - min) / 2) * factor;
  const [first = 0, last = 0] = [plot.data[0][0], plot.data[0].at(-1)];
  const at = plot.cursor.idx;
  // At once: where the cursor goes is asked of the new scale.
  plot.batch(() => plot.setScale('x', { min: Math.max(first, middle - half), max: Math.min(last, middle + half) }));
  if (typeof at === 'number') placeCursor(plot, plot.data[0][at] ?? middle);
  return true;
}

function placeCursor(plot: uPlot, x: number): void {
  plot.setCursor({ left: plot.valToPos(x, 'x'), top: plot.over.clientHeight / 2 });
}

function reset(plot: uPlot): void {
  const xs = plot.data[0];
  plot.setScale('x', { min: xs[0] ?? 0, max: xs.at(-1) ?? 1 });
}
