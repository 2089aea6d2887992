import { useMemo, useState } from 'react';
import type uPlot from 'uplot';
import { downloadCsv } from './csv.ts';
import { formatValue, formatX } from './format.ts';
import { Legend } from './legend.tsx';
import { alignLines, type Drawing, type Line, type XAxis } from './line.ts';
import { type Mark, type PlotLook } from './plot-options.ts';
import { Plot } from './plot.tsx';
import { summarize } from './summarize.ts';
import { ValuesTable } from './values-table.tsx';

export interface ChartProps {
  title: string;
  /** What is drawn, in a sentence, for whoever meets the quantity first. */
  meaning: string;
  lines: readonly Line[];
  scale: 'log' | 'linear';
  axis?: XAxis;
  /** In [0, 1): see `smooth`. */
  smoothing?: number;
  marks?: readonly Mark[];
  /** Nothing more will come. */
  isOver: boolean;
  syncKey?: string;
  /** More to say: that the points are a sample, say. */
  note?: string | undefined;
}

const HEIGHT = 230;
const NO_MARKS: readonly Mark[] = [];

/** One set of lines: drawn, in words, and as a table, since the drawing is not for every eye. */
export function Chart(props: ChartProps) {
  const { title, meaning, lines, scale, isOver, smoothing = 0, axis = 'step', marks = NO_MARKS } = props;
  const drawing = useMemo(() => alignLines(lines, smoothing), [lines, smoothing]);
  const [shown, setShown] = useState<Cursor>({ index: null, isKeyboard: false, line: 0 });
  const isEmpty = drawing.xs.length === 0;
  const words = useMemo(() => summarize(lines, axis), [lines, axis]);
  return (
    <figure className="chart card">
      <figcaption>
        <h3>{title}</h3>
        <p>{meaning}</p>
      </figcaption>
      {isEmpty ? (
        <p className="placeholder">{isOver ? 'No values.' : 'No values yet.'}</p>
      ) : (
        <>
          <div onKeyDown={(event) => setShown((before) => anotherLine(before, event.key, lines.length))}>
            <Drawn
              {...{ drawing, lines, marks, axis, smoothing, scale }}
              label={`${title}. ${words}`}
              syncKey={props.syncKey}
              onCursor={(index, isKeyboard) => setShown((before) => ({ ...before, index, isKeyboard }))}
            />
          </div>
          <Legend lines={lines} drawing={drawing} index={shown.index} axis={axis} />
          <p className="unseen" aria-live="polite">
            {shown.isKeyboard && readOut(shown, lines, drawing, axis)}
          </p>
          <p className="summary">
            {words} {props.note}
          </p>
          <div className="chart-end">
            <ValuesTable title={title} lines={lines} drawing={drawing} axis={axis} />
            <button type="button" className="quiet" onClick={() => downloadCsv(title, lines, drawing, axis)}>
              CSV
            </button>
          </div>
        </>
      )}
    </figure>
  );
}

interface Cursor {
  index: number | null;
  isKeyboard: boolean;
  /** Which line the arrows up and down have come to. */
  line: number;
}

function anotherLine(before: Cursor, key: string, lines: number): Cursor {
  const by = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
  return by === 0 ? before : { ...before, isKeyboard: true, line: (before.line + by + lines) % lines };
}

function readOut({ index, line }: Cursor, lines: readonly Line[], { xs, raw }: Drawing, axis: XAxis): string {
  const at = index ?? 0;
  return `${lines[line]?.label ?? ''}: ${formatValue(raw[line]?.[at])} at ${formatX(xs[at] ?? 0, axis)}`;
}

interface DrawnProps {
  drawing: Drawing;
  lines: readonly Line[];
  marks: readonly Mark[];
  axis: XAxis;
  smoothing: number;
  scale: 'log' | 'linear';
  label: string;
  syncKey: string | undefined;
  onCursor: (index: number | null, isKeyboard: boolean) => void;
}

function Drawn({ drawing, lines, marks, axis, smoothing, scale, label, syncKey, onCursor }: DrawnProps) {
  const look: PlotLook = {
    lines: lines.map(({ label: name, style }) => ({ label: name, style, ...(lines.length <= 4 && dashed(style)) })),
    isSmoothed: smoothing > 0,
    hasBands: lines.some(({ band }) => band),
    scale,
    axis,
    height: HEIGHT,
    ...(syncKey !== undefined && { syncKey }),
  };
  const { isSmoothed, hasBands } = look;
  const data = useMemo(
    () => rows(drawing, { isSmoothed, hasBands, isLog: scale === 'log' }),
    [drawing, isSmoothed, hasBands, scale],
  );
  return <Plot data={data} look={look} marks={marks} label={label} onCursor={onCursor} />;
}

/** Few lines are told apart by dashes too, for eyes that do not tell these colours apart. */
const dashed = (style: number) => ({ dash: [[], [7, 4], [2, 3], [10, 3, 2, 3]][style % 4] ?? [] });

/** A logarithmic axis has no place for zero, which is what the derivative term of plain distillation is. */
function rows(
  { xs, raw, smoothed, bands }: Drawing,
  { isSmoothed, hasBands, isLog }: { isSmoothed: boolean; hasBands: boolean; isLog: boolean },
): uPlot.AlignedData {
  const fit = (ys: (number | null)[]) => (isLog ? ys.map((y) => (y !== null && y > 0 ? y : null)) : ys);
  const all = smoothed.flatMap((ys, index) => [
    fit(ys),
    ...(isSmoothed ? [fit(raw[index] ?? [])] : []),
    ...(hasBands ? [fit(bands[index]?.low ?? ys), fit(bands[index]?.high ?? ys)] : []),
  ]);
  return [xs, ...all];
}
