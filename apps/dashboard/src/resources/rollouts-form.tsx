import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { service } from '../service/service.ts';
import { Form } from '../shell/form.tsx';
import { Problem } from '../shell/states.tsx';
import { toast } from '../shell/toasts.tsx';
import { FileField } from '../uploads/file-field.tsx';
import { NameField } from './name-field.tsx';

/** Our own format is registered at once; any other is a job that imports it. */
export function RolloutsForm() {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [file, setFile] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const create = useMutation({
    mutationFn: (upload: string) => service.rollouts.create({ name, file: { upload } }),
    onSuccess: () => {
      toast(`${name} is registered.`);
      setName('');
    },
    onSettled: () => {
      // An upload serves one call, whatever comes of it.
      setFile(null);
      setRound(round + 1);
      return queries.invalidateQueries({ queryKey: ['list', 'rollouts'] });
    },
  });
  return (
    <Form
      onSubmit={() => {
        if (file) create.mutate(file);
      }}
    >
      <div className="field">
        <NameField value={name} onChange={setName} />
        <p className="hint">Small letters, digits, dots, dashes.</p>
      </div>
      <FileField
        key={round}
        label="File (.zarr.zip)"
        accept=".zip"
        onUploaded={(upload) => setFile(upload?.id ?? null)}
      />
      {create.error && <Problem error={create.error} />}
      <button type="submit" className="primary" disabled={!file || create.isPending}>
        Register
      </button>
      <p className="hint">
        npz, Minari and DQN replay: <Link href="/new?kind=import">import them by a job</Link>.
      </p>
    </Form>
  );
}
