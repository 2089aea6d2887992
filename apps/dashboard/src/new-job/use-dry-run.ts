import { type JobSpec } from '@distiller/client';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type Json } from '../job/spec-diff.ts';
import { service } from '../service/service.ts';

const PAUSE_MS = 600;

/** What the service would say to the spec, asked whenever the writer pauses. */
export function useDryRun(spec: Json): { error: Error | null; text: string } {
  const asked = useSettled(JSON.stringify(spec));
  const answer = useQuery({
    queryKey: ['dry-run', asked],
    queryFn: () => service.jobs.dryRun(JSON.parse(asked) as JobSpec),
    staleTime: Infinity,
  });
  if (answer.isPending) return { error: null, text: '' };
  if (answer.error) return { error: answer.error, text: answer.error.message };
  return { error: null, text: 'The service would take this job.' };
}

function useSettled(value: string): string {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
