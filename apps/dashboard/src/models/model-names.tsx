import { calledModel, type Model } from '@distiller/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { service } from '../service/service.ts';
import { Form } from '../shell/form.tsx';
import { Problem } from '../shell/states.tsx';

/** What the model is called: a version of a name, and aliases that can be moved from version to version. */
export function ModelNames({ model }: { model: Model }) {
  const queries = useQueryClient();
  // The page's own answer, and the list that it is in.
  const onSettled = () =>
    Promise.all(
      [
        ['model', model.id],
        ['list', 'models'],
      ].map((queryKey) => queries.invalidateQueries({ queryKey })),
    );
  const name = useMutation({ mutationFn: (given: string) => service.models.name(model.id, given), onSettled });
  const alias = useMutation({ mutationFn: (given: string) => service.models.alias(model.id, given), onSettled });
  const remove = useMutation({ mutationFn: (given: string) => service.models.removeAlias(model.id, given), onSettled });
  const error = name.error ?? alias.error ?? remove.error;
  const called = calledModel(model);
  return (
    <section className="card" aria-labelledby="names-title">
      <h2 id="names-title">Names</h2>
      {called === null ? (
        <OneWord label="Name" hint="It becomes the next version of it." action="Name it" onGive={name.mutate} />
      ) : (
        <>
          <p>
            <code>{called}</code>, also by <code>{model.name}@ALIAS</code>:
          </p>
          <ul className="aliases">
            {model.aliases.map((each) => (
              <li key={each}>
                <code>{each}</code>
                <button type="button" aria-label={`Remove the alias ${each}`} onClick={() => remove.mutate(each)}>
                  Remove
                </button>
              </li>
            ))}
          </ul>
          <OneWord
            label="Alias"
            hint="From now on it means this version, whatever it meant before."
            action="Give it"
            onGive={alias.mutate}
          />
        </>
      )}
      {error && <Problem error={error} />}
    </section>
  );
}

interface OneWordProps {
  label: string;
  hint: string;
  action: string;
  onGive: (word: string) => void;
}

function OneWord({ label, hint, action, onGive }: OneWordProps) {
  const id = useId();
  const [word, setWord] = useState('');
  const give = () => {
    onGive(word);
    setWord('');
  };
  return (
    <Form onSubmit={give}>
      <div className="field">
        <label htmlFor={id}>{label}</label>
        <input id={id} required maxLength={64} value={word} onChange={(event) => setWord(event.target.value)} />
        <p className="hint">{hint}</p>
      </div>
      <button type="submit">{action}</button>
    </Form>
  );
}
