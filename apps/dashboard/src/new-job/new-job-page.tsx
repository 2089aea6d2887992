import { type JobSpec, ProblemError } from '@distiller/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { defaultsOf, type Json, variantOf, withoutDefaults } from '../job/spec-diff.ts';
import { kindOf, type OpenApi, type Schema, useOpenApi } from '../service/openapi.ts';
import { service } from '../service/service.ts';
import { Loading, Problem } from '../shell/states.tsx';
import { toast } from '../shell/toasts.tsx';
import { useTitle } from '../shell/use-title.ts';
import { KnownNames } from './known-names.tsx';
import { SchemaFields } from './schema-fields.tsx';
import { startFrom } from './start-from.ts';
import { useDryRun } from './use-dry-run.ts';

export function NewJobPage() {
  useTitle('New job');
  const api = useOpenApi();
  const [search] = useSearchParams();
  const from = search.get('from');
  const job = useQuery({
    queryKey: ['job', from],
    queryFn: () => service.jobs.get(from ?? ''),
    enabled: from !== null,
  });
  const schema = api?.components.schemas['JobSpecInput'];
  return (
    <div className="page narrow">
      <header className="page-title">
        <h1>New job</h1>
        {from && <p className="muted">As {from} was, with what you change.</p>}
      </header>
      {job.error && !job.data && <Problem error={job.error} />}
      {!api || !schema || (from !== null && !job.data && !job.error) ? (
        <Loading what="the form" />
      ) : (
        <Form
          key={search.toString()}
          api={api}
          schema={schema}
          start={startFrom(api, schema, job.data?.spec, search)}
        />
      )}
      <KnownNames />
    </div>
  );
}

function Form({ api, schema, start }: { api: OpenApi; schema: Schema; start: Json }) {
  const [spec, setSpec] = useState<Json>(start);
  const submit = useSubmit();
  const dry = useDryRun(spec);
  const kind = (spec as { kind: string }).kind;
  const variant = variantOf(api, schema, kind);
  const refusal = submit.error ?? dry.error;
  const errors = refusal instanceof ProblemError ? (refusal.errors ?? []) : [];
  const change = (changed: Json | undefined) => {
    submit.reset();
    setSpec({ kind, ...(changed as object) });
  };
  return (
    <form
      className="form card"
      onSubmit={(event) => {
        event.preventDefault();
        submit.mutate(spec as JobSpec);
      }}
    >
      <div className="field">
        <label htmlFor="job-kind">Kind</label>
        <select
          id="job-kind"
          value={kind}
          onChange={(event) =>
            setSpec(startFrom(api, schema, undefined, new URLSearchParams({ kind: event.target.value })))
          }
        >
          {(schema.oneOf ?? []).map((one) => {
            const name = kindName(api, one);
            return <option key={name}>{name}</option>;
          })}
        </select>
      </div>
      {variant && (
        <SchemaFields key={kind} api={api} schema={variant} value={spec} onChange={change} errors={errors} path="" />
      )}
      <div className="form-end">
        {submit.error && <Problem error={submit.error} />}
        {!submit.error && dry.text && (
          <p className={dry.error ? 'field-error' : 'hint'} role="status">
            {dry.text}
          </p>
        )}
        <button type="submit" className="primary" disabled={submit.isPending}>
          Submit
        </button>
        <details>
          <summary>As JSON</summary>
          <pre className="code">{JSON.stringify(withoutDefaults(spec, defaultsOf(api, schema, spec)), null, 2)}</pre>
        </details>
      </div>
    </form>
  );
}

const kindName = (api: OpenApi, schema: Schema): string => {
  const name = schema.$ref?.split('/').at(-1) ?? '';
  return kindOf(api.components.schemas[name] ?? schema);
};

function useSubmit() {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: (spec: JobSpec) => service.jobs.create(spec),
    onSuccess: ({ id }) => {
      toast('Submitted.');
      void queries.invalidateQueries();
      navigate(`/jobs/${id}`);
    },
  });
}
