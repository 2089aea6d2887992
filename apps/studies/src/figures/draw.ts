import { type Axis, type Figure, type Panel, type Point, type Series } from './figure.ts';
import { type Scale, scaleOf } from './scale.ts';

/** Okabe and Ito's colours and three more, which the colour-blind tell apart; the form of the mark says the same once more. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8c6d31', '#7f7f7f', '#882255'];
const MARKS: ((x: number, y: number) => string)[] = [
  (x, y) => `<circle cx="${n(x)}" cy="${n(y)}" r="4"/>`,
  (x, y) => `<rect x="${n(x - 3.5)}" y="${n(y - 3.5)}" width="7" height="7"/>`,
  (x, y) => `<path d="M${n(x)} ${n(y - 5)}l5 8.5h-10z"/>`,
  (x, y) => `<path d="M${n(x)} ${n(y - 5.5)}l5.5 5.5l-5.5 5.5l-5.5 -5.5z"/>`,
  (x, y) => `<path d="M${n(x)} ${n(y + 5)}l5 -8.5h-10z"/>`,
];

const [WIDTH, PLOT, ROW, TOP, BOTTOM, RIGHT, LEGEND] = [380, 190, 24, 30, 46, 16, 24];
const STYLE =
  'text{font:12px sans-serif;fill:#24292f}.title{font-weight:600}.axis{stroke:#8c959f;fill:none}.grid{stroke:#8c959f;opacity:.25}' +
  '@media(prefers-color-scheme:dark){text{fill:#d0d7de}}';

/** A figure as SVG, for light and dark pages. */
export function draw({ panels, columns }: Figure): string {
  const names = [...new Set(panels.flatMap(({ series }) => series.map(({ name }) => name)))];
  const look = (name: string): Look => ({
    colour: COLOURS[names.indexOf(name) % COLOURS.length]!,
    mark: MARKS[names.indexOf(name) % MARKS.length]!,
  });
  const rows = Array.from({ length: Math.ceil(panels.length / columns) }, (_, row) =>
    panels.slice(row * columns, (row + 1) * columns),
  );
  let height = LEGEND;
  const drawn = rows.map((row) => {
    const top = height;
    height += Math.max(...row.map(heightOf)) + 8;
    return row.map(
      (panel, column) => `<g transform="translate(${column * WIDTH} ${top})">${drawPanel(panel, look)}</g>`,
    );
  });
  const size = `width="${columns * WIDTH}" height="${height}" viewBox="0 0 ${columns * WIDTH} ${height}"`;
  const parts = [`<style>${STYLE}</style>`, legend(names, look), ...drawn.flat()];
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">\n${parts.join('\n')}\n</svg>\n`;
}

interface Look {
  colour: string;
  mark: (x: number, y: number) => string;
}

function legend(names: readonly string[], look: (name: string) => Look): string {
  let x = 16;
  const entries = names.map((name) => {
    const { colour, mark } = look(name);
    const entry = `<g fill="${colour}">${mark(x, 12)}</g><text x="${x + 10}" y="16">${escape(name)}</text>`;
    x += 26 + 6.8 * name.length;
    return entry;
  });
  return entries.join('');
}

/** Of the place for marks: rows of names need one line each. */
const plotHeight = ({ y }: Panel) => (y.scale === 'names' ? Math.max(2, y.names.length) * ROW : PLOT);
const heightOf = (panel: Panel) => TOP + plotHeight(panel) + BOTTOM;
const leftOf = ({ y }: Panel) =>
  y.scale === 'names' ? 16 + 6.6 * Math.max(...y.names.map(({ length }) => length)) : 58;

interface Frame {
  x: (value: number | string) => number;
  y: (value: number | string) => number;
}

function drawPanel(panel: Panel, look: (name: string) => Look): string {
  const [left, bottom] = [leftOf(panel), TOP + plotHeight(panel)];
  const points = panel.series.flatMap((series) => series.points);
  const ends = points.flatMap(({ low, high }) => [low, high].filter((end) => end !== undefined));
  const alongY = panel.y.scale !== 'names';
  const scaleX = scaleOf(panel.x, [...points.map(({ x }) => x), ...(alongY ? [] : ends)]);
  const scaleY = scaleOf(panel.y, [...points.map(({ y }) => y), ...(alongY ? ends : [])]);
  const frame: Frame = {
    x: (value) => left + scaleX.place(value) * (WIDTH - RIGHT - left),
    // Names are read from above.
    y: (value) => (alongY ? bottom - scaleY.place(value) * (bottom - TOP) : TOP + scaleY.place(value) * (bottom - TOP)),
  };
  const count = panel.series.length;
  const series = panel.series.map((each, index) => {
    // Marks of one name stand below each other.
    const shift = alongY ? 0 : (index - (count - 1) / 2) * Math.min(6, ROW / (count + 1));
    return drawSeries(each, { ...frame, y: (value) => frame.y(value) + shift }, { ...look(each.name), alongY });
  });
  return [
    `<text class="title" x="${left}" y="18">${escape(panel.title)}</text>`,
    ...ticksX(scaleX, { left, bottom }),
    ...ticksY(scaleY, { left, bottom, alongY }),
    `<path class="axis" d="M${n(left)} ${TOP}V${bottom}H${WIDTH - RIGHT}"/>`,
    label(panel.x, left, bottom),
    ...(alongY ? [`<text x="${left + 6}" y="${TOP + 8}">${escape(panel.y.label)}</text>`] : []),
    ...series,
  ].join('\n');
}

function label({ label }: Axis, left: number, bottom: number): string {
  return `<text x="${n((left + WIDTH - RIGHT) / 2)}" y="${bottom + 36}" text-anchor="middle">${escape(label)}</text>`;
}

function ticksX({ ticks }: Scale, { left, bottom }: { left: number; bottom: number }): string[] {
  return ticks.map(({ at, text }) => {
    const x = n(left + at * (WIDTH - RIGHT - left));
    return `<path class="grid" d="M${x} ${TOP}V${bottom}"/><text x="${x}" y="${bottom + 17}" text-anchor="middle">${escape(text)}</text>`;
  });
}

function ticksY(
  { ticks }: Scale,
  { left, bottom, alongY }: { left: number; bottom: number; alongY: boolean },
): string[] {
  return ticks.map(({ at, text }) => {
    const y = alongY ? bottom - at * (bottom - TOP) : TOP + at * (bottom - TOP);
    const grid = `<path class="grid" d="M${n(left)} ${n(y)}H${WIDTH - RIGHT}"/>`;
    return `${grid}<text x="${n(left - 6)}" y="${n(y + 4)}" text-anchor="end">${escape(text)}</text>`;
  });
}

function drawSeries(
  { points, line }: Series,
  { x, y }: Frame,
  { colour, mark, alongY }: Look & { alongY: boolean },
): string {
  const path = points.map((point) => `${n(x(point.x))},${n(y(point.y))}`).join(' ');
  const joined = line ? `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>` : '';
  const interval = ({ low, high, ...point }: Point) => {
    if (low === undefined || high === undefined) return '';
    const ends = alongY
      ? `M${n(x(point.x))} ${n(y(low))}V${n(y(high))}`
      : `M${n(x(low))} ${n(y(point.y))}H${n(x(high))}`;
    return `<path d="${ends}" stroke="${colour}" stroke-width="1.5"/>`;
  };
  const marks = points.map((point) => interval(point) + mark(x(point.x), y(point.y)));
  return `${joined}<g fill="${colour}">${marks.join('')}</g>`;
}

/** Pixels to a tenth. */
const n = (value: number) => String(Number(value.toFixed(1)));
const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
