import { type ProjectStorage } from '@distiller/storage';

/** The same storage, in which the checks of many children look each teacher, each rollouts and their labels up once. */
export function readOnce(storage: ProjectStorage): ProjectStorage {
  const { teachers, rollouts, labels } = storage;
  return {
    ...storage,
    teachers: { ...teachers, get: once((name: string) => teachers.get(name)) },
    rollouts: { ...rollouts, get: once((name: string) => rollouts.get(name)) },
    labels: {
      ...labels,
      get: once((name: string) => labels.get(name)),
      of: once((pair: Parameters<typeof labels.of>[0]) => labels.of(pair)),
    },
  };
}

function once<Key, Value>(read: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const known = new Map<string, Promise<Value>>();
  return (key) => {
    const name = JSON.stringify(key);
    const value = known.get(name) ?? read(key);
    known.set(name, value);
    return value;
  };
}
