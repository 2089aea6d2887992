import { showJson } from '../job/spec-diff.ts';

/** Everything that decides the pixels. */
export function ContractFacts({ observation, hash }: { observation: object; hash: string }) {
  return (
    <section className="card" aria-labelledby="contract-title">
      <h2 id="contract-title">Observation contract</h2>
      <p className="muted">
        What decides the pixels; teacher, rollouts and student carry its hash <code>{hash.slice(0, 12)}</code>.
      </p>
      <dl className="facts">
        {Object.entries(observation).map(([name, value]) => (
          <div key={name}>
            <dt>{name.replaceAll('_', ' ')}</dt>
            <dd>{showJson(value as never)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
