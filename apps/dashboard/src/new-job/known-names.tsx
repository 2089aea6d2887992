import { useAll } from '../resources/use-all.ts';
import { service } from '../service/service.ts';

/** Which list a field's suggestions come from. */
export const NAMES_OF: Record<string, string> = {
  teacher: 'names-teachers',
  rollouts: 'names-rollouts',
  labels: 'names-labels',
  model: 'names-models',
};

/** What there is to be named in a job. */
export function KnownNames() {
  const teachers = useAll('teachers', service.teachers.list);
  const rollouts = useAll('rollouts', service.rollouts.list);
  const labels = useAll('labels', service.labels.list);
  const models = useAll('models', service.models.list);
  return (
    <>
      <Names id="names-teachers" names={teachers.data?.map(({ name, observation }) => [name, observation.game])} />
      <Names id="names-rollouts" names={rollouts.data?.map(({ name, frames }) => [name, `${frames} frames`])} />
      <Names id="names-labels" names={labels.data?.map(({ name, teacher }) => [name, `of ${teacher.name}`])} />
      <Names id="names-models" names={models.data?.map(({ id, observation }) => [id, observation.game])} />
    </>
  );
}

function Names({ id, names = [] }: { id: string; names?: [value: string, label: string][] | undefined }) {
  return (
    <datalist id={id}>
      {names.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </datalist>
  );
}
