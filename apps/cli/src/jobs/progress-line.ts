const EVERY_MS = 10_000;
const CLEAR = '\r\u001b[2K';

export interface ProgressLine {
  /** What is so now; news are worth a line of their own in a log. A picture stands above it, on a terminal only. */
  show(text: string, options: { isNews: boolean; picture?: (columns: number) => readonly string[] }): void;
  /** A line that stays. */
  note(text: string): void;
  end(): void;
}

interface Terminal {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** One line, and a picture above it, written over on a terminal; elsewhere a line for news, and one every ten seconds. */
export function createProgressLine(stream: Terminal, now: () => number = Date.now): ProgressLine {
  return stream.isTTY ? onTerminal(stream) : inLog(stream, now);
}

function onTerminal(stream: Terminal): ProgressLine {
  let shown: string[] = [''];
  const paint = () => stream.write(shown.map((text) => text.slice(0, (stream.columns ?? 80) - 1)).join('\n'));
  const clear = () => (shown.length > 1 ? `\r\u001b[${shown.length - 1}A\u001b[J` : CLEAR);
  return {
    show(text, { picture }) {
      stream.write(clear());
      shown = [...(picture?.(stream.columns ?? 80) ?? []), text];
      paint();
    },
    note(text) {
      stream.write(`${clear()}${text}\n`);
      paint();
    },
    end: () => void stream.write('\n'),
  };
}

function inLog(stream: Terminal, now: () => number): ProgressLine {
  let saidMs = -Infinity;
  return {
    show(text, { isNews }) {
      if (!isNews && now() - saidMs < EVERY_MS) return;
      saidMs = now();
      stream.write(`${text}\n`);
    },
    note: (text) => void stream.write(`${text}\n`),
    end: () => undefined,
  };
}
