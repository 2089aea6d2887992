import { expect, test } from 'vitest';
import { draw } from './draw.ts';
import { scaleOf } from './scale.ts';

test('on a logarithmic axis equal factors are equal ways, and ticks are powers of ten', () => {
  const { place, ticks } = scaleOf({ label: '', scale: 'log' }, [0.001, 1000]);
  expect(place(10) - place(1)).toBeCloseTo(place(100) - place(10), 9);
  expect(ticks.map(({ text }) => text)).toEqual(
    ['0.001', '0.01', '0.1', '1', '10', '100', '1000'].filter((_, i) => i % 2 === 1),
  );
});

test('a linear axis begins at zero and has round ticks', () => {
  const { place, ticks } = scaleOf({ label: '', scale: 'linear' }, [3, 47]);
  expect(place(0)).toBe(0);
  expect(place(47)).toBeLessThan(1);
  expect(ticks.map(({ text }) => text)).toEqual(['0', '10', '20', '30', '40']);
});

test('no two of nine series have the same colour', () => {
  const series = Array.from({ length: 9 }, (_, index) => ({ name: `s${index}`, points: [{ x: 1, y: 1 }] }));
  const axis = { label: '', scale: 'linear' } as const;
  const svg = draw({ columns: 1, panels: [{ title: '', x: axis, y: axis, series }] });
  const colours = svg.match(/#[0-9a-f]{6}(?=")/g)!;
  expect(new Set(colours).size).toBe(9);
});

test('names stand in their order, and every point and interval is drawn', () => {
  const svg = draw({
    columns: 1,
    panels: [
      {
        title: 'a < b',
        x: { label: 'x', scale: 'linear' },
        y: { label: '', scale: 'names', names: ['one', 'two'] },
        series: [
          {
            name: 's',
            points: [
              { x: 1, y: 'one', low: 0.5, high: 2 },
              { x: 2, y: 'two' },
            ],
          },
        ],
      },
    ],
  });
  expect(svg).toContain('a &lt; b');
  expect(svg.indexOf('>one<')).toBeLessThan(svg.indexOf('>two<'));
  expect(svg.match(/<circle/g)).toHaveLength(3); // and one in the legend
  expect(svg).not.toContain('NaN');
});
