import { type JobEvent } from '@distiller/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useReducer } from 'react';
import { addPoints, continueWith, type Curves, cutAfter, fromSeries, NO_CURVES, type Point } from './series.ts';
import { service } from './service.ts';

/** Points a curve: more than a chart has pixels. The service keeps every extreme. */
const MAX_POINTS = 2_000;
/** History is told in a burst: one look at the rows is enough for all of it. */
const REFRESH_AFTER_MS = 300;

/**
 * The curves of a job, growing as it runs. The rows have every step; the events, told as they happen, hold only the
 * newest and so go on where the rows that were last fetched end.
 */
export function useJobCurves(jobId: string): Curves {
  const [tail, dispatch] = useReducer(applyEvent, NO_CURVES);
  const queries = useQueryClient();
  useEffect(() => {
    const leave = new AbortController();
    let refresh: ReturnType<typeof setTimeout> | undefined;
    const onEvent = (event: JobEvent) => {
      dispatch(event);
      if (event.type === 'metrics' || event.type === 'progress') return;
      clearTimeout(refresh);
      refresh = setTimeout(() => void queries.invalidateQueries(), REFRESH_AFTER_MS);
    };
    void follow(jobId, leave.signal, onEvent);
    return () => {
      leave.abort();
      clearTimeout(refresh);
    };
  }, [jobId, queries]);
  const rows = useQuery({
    queryKey: ['metrics', jobId],
    queryFn: () => service.jobs.metrics(jobId, { maxPoints: MAX_POINTS }),
  });
  return useMemo(() => continueWith(fromSeries(rows.data?.data ?? []), tail), [rows.data, tail]);
}

async function follow(jobId: string, signal: AbortSignal, onEvent: (event: JobEvent) => void): Promise<void> {
  try {
    for await (const event of service.watch(jobId, { signal })) onEvent(event);
  } catch {
    // The client reconnects for ever; what it gives up on (no such job) the page's other questions run into as well.
  }
}

/** What one event does to the curves. */
export function applyEvent(curves: Curves, event: JobEvent): Curves {
  switch (event.type) {
    case 'metrics':
      return addPoints(curves, event.data.points);
    case 'evaluation': {
      const { step, ...values } = event.data;
      return addPoints(
        curves,
        Object.entries(values).map(([name, value]): Point => ({ name, step, value })),
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
