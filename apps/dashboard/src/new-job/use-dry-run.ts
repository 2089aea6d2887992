import { type JobSpec } from '@distiller/client';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type Json } from '../job/spec-diff.ts';
import { type OpenApi } from '../service/openapi.ts';
import { service } from '../service/service.ts';

const PAUSE_MS = 600;

/** What the service would say to the spec, asked whenever the writer pauses; only where it can be asked without a job. */
export function useDryRun(api: OpenApi, spec: Json): { error: Error | null; text: string } {
  const canAsk = takesDryRun(api);
  const asked = useSettled(JSON.stringify(spec));
  const answer = useQuery({
    queryKey: ['dry-run', asked],
    queryFn: () => service.jobs.tryOut(JSON.parse(asked) as JobSpec),
    enabled: canAsk,
    staleTime: Infinity,
  });
  if (!canAsk || answer.isPending) return { error: null, text: '' };
  if (answer.error) return { error: answer.error, text: answer.error.message };
  return { error: null, text: 'The service would take this job.' };
}

/** A service that does not know of trying out would make a job of it. */
function takesDryRun({ paths }: OpenApi): boolean {
  const route = paths['/v1/jobs'] as { post?: { parameters?: { name: string }[] } } | undefined;
  return route?.post?.parameters?.some(({ name }) => name === 'dry_run') ?? false;
}

function useSettled(value: string): string {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
