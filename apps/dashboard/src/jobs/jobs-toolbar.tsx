import { useRef } from 'react';
import { Link } from 'wouter';
import { COLUMNS } from './columns.ts';
import { type TableState, toggled } from './table-state.ts';
import { type JobRow } from './use-summaries.ts';

export interface JobsToolbarProps {
  state: TableState;
  jobs: readonly JobRow[];
  shown: number;
  isWhole: boolean;
}

export function JobsToolbar({ state, jobs, shown, isWhole }: JobsToolbarProps) {
  const { address, search, statuses, kinds, games, selected } = state;
  const isFiltered = shown !== jobs.length;
  return (
    <div className="toolbar">
      <label className="search">
        <span className="unseen">Search</span>
        <input
          id="search"
          type="search"
          placeholder="Search, or kl<0.3 game:pong -failed  ( / )"
          value={search}
          onChange={(event) => address.set({ q: event.target.value })}
          autoComplete="off"
          spellCheck={false}
        />
      </label>
      <Filter name="status" title="Status" of={(job) => job.status} {...{ jobs, state }} chosen={statuses} />
      <Filter name="kind" title="Kind" of={(job) => job.kind} {...{ jobs, state }} chosen={kinds} />
      <Filter name="game" title="Game" of={(job) => job.game} {...{ jobs, state }} chosen={games} />
      <ColumnChoice state={state} />
      <p className="count" role="status">
        {jobs.length > 0 && (isFiltered ? `${shown} of ${jobs.length}` : jobs.length)}
        {jobs.length > 0 && (jobs.length === 1 ? ' job' : ' jobs')}
        {jobs.length > 0 && !isWhole && ', more are coming …'}
      </p>
      {selected.length > 0 && (
        <div className="chosen">
          <span>{selected.length} chosen</span>
          <Link href={`/compare?jobs=${selected.join(',')}`} className="button primary">
            Compare
          </Link>
          <button type="button" className="quiet" onClick={() => address.set({ selected: null })}>
            Clear
          </button>
        </div>
      )}
    </div>
  );
}

interface FilterProps {
  name: string;
  title: string;
  of: (job: JobRow) => string | null;
  jobs: readonly JobRow[];
  state: TableState;
  chosen: string[];
}

function Filter({ name, title, of, jobs, state, chosen }: FilterProps) {
  const counts = new Map<string, number>();
  for (const job of jobs) {
    const value = of(job);
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const options = [...new Set([...counts.keys(), ...chosen])].sort();
  return (
    <Menu title={chosen.length > 0 ? `${title}: ${chosen.join(', ')}` : title} isOn={chosen.length > 0}>
      <fieldset>
        <legend className="unseen">{title}</legend>
        {options.map((option) => (
          <label key={option} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(option)}
              onChange={() => state.address.set({ [name]: toggled(chosen, option) })}
            />
            {option} <span className="muted">{counts.get(option) ?? 0}</span>
          </label>
        ))}
        {options.length === 0 && <p className="muted">Nothing to choose from.</p>}
      </fieldset>
    </Menu>
  );
}

function ColumnChoice({ state }: { state: TableState }) {
  const shown = state.columns.map(({ id }) => id);
  return (
    <Menu title="Columns" isOn={false}>
      <fieldset className="two">
        <legend className="unseen">Columns</legend>
        {COLUMNS.filter(({ id }) => id !== 'job').map(({ id, title }) => (
          <label key={id} className="check">
            <input
              type="checkbox"
              checked={shown.includes(id)}
              onChange={() => state.address.set({ columns: toggled(shown, id) })}
            />
            {title}
          </label>
        ))}
      </fieldset>
      <button type="button" className="quiet" onClick={() => state.address.set({ columns: null })}>
        The usual ones
      </button>
    </Menu>
  );
}

function Menu({ title, isOn, children }: { title: string; isOn: boolean; children: React.ReactNode }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const close = () => {
    if (!menu.current) return;
    menu.current.open = false;
  };
  return (
    <details
      className="menu"
      ref={menu}
      name="toolbar-menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !menu.current?.open) return;
        event.preventDefault();
        close();
        menu.current.querySelector('summary')?.focus();
      }}
      onBlur={(event) => {
        if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) close();
      }}
    >
      <summary className={isOn ? 'button on' : 'button'}>{title}</summary>
      <div className="menu-panel">{children}</div>
    </details>
  );
}
