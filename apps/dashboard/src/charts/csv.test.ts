import { expect, test } from 'vitest';
import { toCsv } from './csv.ts';

test('a CSV has every point, quotes what must be quoted and leaves gaps empty', () => {
  const lines = ['kl', 'a, "b"'].map((label, style) => ({ label, style, xs: [], ys: [] }));
  const raw = [
    [0.5, null],
    [3, 4],
  ];
  const drawing = { xs: [1, 2], raw, smoothed: [], bands: [] };
  expect(toCsv(lines, drawing, 'step')).toBe('step,kl,"a, ""b"""\r\n1,0.5,3\r\n2,,4\r\n');
});
