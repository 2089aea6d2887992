import { type Job } from '@distiller/client';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useOpenApi } from '../service/openapi.ts';
import { service } from '../service/service.ts';
import { toast } from '../shell/toasts.tsx';
import { Problem } from '../shell/states.tsx';
import { useAddress } from '../shell/use-address.ts';
import { copyAs, LANGUAGES } from './copy-as.ts';
import { defaultsOf, diff, type DiffRow, type Json, showJson, withoutDefaults } from './spec-diff.ts';

/** What was asked for, held against what would have been done unasked, or against another job. */
export function SpecView({ job }: { job: Job }) {
  const address = useAddress();
  const against = address.get('against') ?? '';
  const isWhole = address.get('fields') === 'all';
  const other = useQuery({
    queryKey: ['job', against],
    queryFn: () => service.jobs.get(against),
    enabled: against !== '',
  });
  const defaults = useDefaults(job);
  // It came as JSON, whatever a sweep's values are.
  const spec = job.spec as Json;
  const rows = against === '' ? diff(job.spec, defaults) : other.data ? diff(job.spec, other.data.spec) : [];
  const shown = rows.filter(({ isSame }) => isWhole || !isSame);
  return (
    <section aria-label="Spec">
      <div className="controls">
        <label>
          Against
          <input
            value={against}
            placeholder="the defaults, or a job's id"
            size={36}
            spellCheck={false}
            onChange={(event) => address.set({ against: event.target.value.trim() })}
          />
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={isWhole}
            onChange={(event) => address.set({ fields: event.target.checked ? 'all' : null })}
          />
          Every field
        </label>
        <CopyButtons spec={withoutDefaults(spec, defaults) ?? spec} />
      </div>
      {other.error && <Problem error={other.error} />}
      <DiffTable rows={shown} title={against === '' ? 'default' : against} own={job.id} />
    </section>
  );
}

function useDefaults(job: Job): Json | undefined {
  const api = useOpenApi();
  return useMemo(() => {
    const schema = api?.components.schemas['JobSpecInput'];
    return api && schema && defaultsOf(api, schema, job.spec);
  }, [api, job.spec]);
}

function DiffTable({ rows, title, own }: { rows: readonly DiffRow[]; title: string; own: string }) {
  if (rows.length === 0) return <p className="placeholder">Nothing differs.</p>;
  return (
    <div className="scroll card" tabIndex={0} role="region" aria-label="Fields of the spec">
      <table className="diff">
        <thead>
          <tr>
            <th scope="col">field</th>
            <th scope="col">{own}</th>
            <th scope="col">{title}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ path, own: value, other, isSame }) => (
            <tr key={path} className={isSame ? 'same' : 'changed'}>
              <th scope="row" className="mono">
                {path}
              </th>
              <td className="mono wrap">{showJson(value)}</td>
              <td className="mono wrap">{showJson(other)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CopyButtons({ spec }: { spec: Json }) {
  const copy = async (language: (typeof LANGUAGES)[number]) => {
    try {
      await navigator.clipboard.writeText(copyAs(language, spec, location.origin));
      toast(`Copied as ${language}.`);
    } catch {
      toast('The browser does not let this page copy.', 'bad');
    }
  };
  return (
    <div className="button-row" role="group" aria-label="Copy as">
      <span className="muted">Copy as</span>
      {LANGUAGES.map((language) => (
        <button key={language} type="button" onClick={() => void copy(language)}>
          {language}
        </button>
      ))}
    </div>
  );
}
