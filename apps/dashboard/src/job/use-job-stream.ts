import { type JobEvent } from '@distiller/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useReducer } from 'react';
import { addPoints, continueWith, type Curves, cutAfter, fromSeries, NO_CURVES, type Point } from '../charts/series.ts';
import { service } from '../service/service.ts';

/** Points a curve: more than a chart has pixels. The service keeps every extreme. */
const MAX_POINTS = 2_000;
/** History is told in a burst: it is drawn, and the rows looked at, once for all of it. */
const GATHER_MS = 120;
const REFRESH_AFTER_MS = 300;

export interface JobStream {
  curves: Curves;
  /** All but the metrics, the oldest first. */
  events: readonly JobEvent[];
  /** How far the phase at work is; undefined: none was told of. */
  phase: Extract<JobEvent, { type: 'progress' }>['data'] | undefined;
  /** Steps that one could go on from. */
  checkpoints: readonly number[];
}

interface Told {
  tail: Curves;
  events: readonly JobEvent[];
  phase: JobStream['phase'];
}

const NOTHING: Told = { tail: NO_CURVES, events: [], phase: undefined };

/**
 * A job as it happens. The rows have every step; the events, told as they happen, hold only the newest and so go on where
 * the rows that were last fetched end. A broken connection is taken up again after the last event that came.
 */
export function useJobStream(jobId: string): JobStream {
  const [{ tail, events, phase }, hear] = useReducer(applyEvents, NOTHING);
  const queries = useQueryClient();
  useEffect(() => {
    const leave = new AbortController();
    const stop = gather(
      (heard) => {
        hear(heard);
        return heard.some(({ type }) => type !== 'metrics' && type !== 'progress');
      },
      () => void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes(jobId) }),
    );
    void follow(jobId, leave.signal, stop.hear);
    return () => {
      leave.abort();
      stop.end();
    };
  }, [jobId, queries]);
  const rows = useQuery({
    queryKey: ['metrics', jobId],
    queryFn: () => service.jobs.metrics(jobId, { maxPoints: MAX_POINTS }),
  });
  const curves = useMemo(() => continueWith(fromSeries(rows.data?.data ?? []), tail), [rows.data, tail]);
  const checkpoints = useMemo(
    () => events.flatMap((event) => (event.type === 'checkpoint' ? [event.data.step] : [])),
    [events],
  );
  return { curves, events, phase, checkpoints };
}

/** Hands events on in bundles, and calls `refresh` once they have ceased to be of weight. */
function gather(tell: (events: JobEvent[]) => boolean, refresh: () => void) {
  let waiting: JobEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let refreshing: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    const heard = waiting;
    waiting = [];
    if (!tell(heard)) return;
    clearTimeout(refreshing);
    refreshing = setTimeout(refresh, REFRESH_AFTER_MS);
  };
  return {
    hear: (event: JobEvent) => {
      waiting.push(event);
      timer ??= setTimeout(flush, GATHER_MS);
    },
    end: () => {
      clearTimeout(timer);
      clearTimeout(refreshing);
    },
  };
}

async function follow(jobId: string, signal: AbortSignal, onEvent: (event: JobEvent) => void): Promise<void> {
  try {
    for await (const event of service.watch(jobId, { signal })) onEvent(event);
  } catch {
    // The client reconnects for ever; what it gives up on (no such job) the page's other questions run into as well.
  }
}

function applyEvents(told: Told, heard: readonly JobEvent[]): Told {
  const seen = told.events.at(-1)?.seq ?? 0;
  const news = heard.filter(({ type, seq }) => type !== 'metrics' && type !== 'progress' && seq > seen);
  const phase = heard.findLast((event) => event.type === 'progress')?.data ?? told.phase;
  return {
    tail: heard.reduce(applyEvent, told.tail),
    events: news.length > 0 ? [...told.events, ...news] : told.events,
    phase,
  };
}

/** What one event does to the curves. */
export function applyEvent(curves: Curves, event: JobEvent): Curves {
  const at = Date.parse(event.at);
  switch (event.type) {
    case 'metrics':
      return addPoints(
        curves,
        event.data.points.map((point) => ({ ...point, at })),
      );
    case 'evaluation': {
      const { step, ...values } = event.data;
      return addPoints(
        curves,
        Object.entries(values).map(([name, value]): Point => ({ name, step, value, at })),
      );
    }
    case 'status':
      return event.data.from_step === undefined ? curves : cutAfter(curves, event.data.from_step);
    case 'progress':
    case 'checkpoint':
    case 'message':
      return curves;
  }
}
