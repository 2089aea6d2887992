import { type NewTeacher, ProblemError, type TeacherFormat } from '@distiller/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { defaultsOf, type Json } from '../job/spec-diff.ts';
import { SchemaFields } from '../new-job/schema-fields.tsx';
import { type OpenApi, type Schema, useOpenApi } from '../service/openapi.ts';
import { service } from '../service/service.ts';
import { Loading, Problem } from '../shell/states.tsx';
import { toast } from '../shell/toasts.tsx';
import { FileField } from '../uploads/file-field.tsx';
import { NameField } from './name-field.tsx';

const FORMATS: TeacherFormat[] = ['stable-baselines3', 'pytorch', 'safetensors', 'onnx', 'tfjs', 'keras'];
/** Fields of the schema that have fields of their own here. */
const OWN = ['weights', 'reference', 'actions', 'name'];

export function TeacherForm() {
  const api = useOpenApi();
  const schema = api?.components.schemas['NewTeacherInput'];
  return api && schema ? <Form api={api} schema={schema} /> : <Loading what="the form" />;
}

function Form({ api, schema }: { api: OpenApi; schema: Schema }) {
  const rest = useMemo(() => without(schema, OWN), [schema]);
  const [more, setMore] = useState<Json>(() => defaultsOf(api, rest, { observation: {} }) ?? {});
  const [name, setName] = useState('');
  const [actions, setActions] = useState('NOOP,FIRE,RIGHT,LEFT');
  const [format, setFormat] = useState<TeacherFormat>('stable-baselines3');
  const [files, setFiles] = useState<{ weights?: string | undefined; reference?: string | undefined }>({});
  const [round, setRound] = useState(0);
  const create = useCreate(() => {
    setFiles({});
    setRound((before) => before + 1);
  });
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (!files.weights) return;
    const teacher = {
      ...(more as object),
      name,
      actions: actions.split(',').map((action) => action.trim()),
      weights: { upload: files.weights, format },
      ...(files.reference && { reference: { upload: files.reference } }),
    };
    create.mutate(teacher as NewTeacher);
  };
  const errors = create.error instanceof ProblemError ? (create.error.errors ?? []) : [];
  return (
    <form className="form" onSubmit={submit}>
      <div className="field">
        <NameField value={name} onChange={setName} />
      </div>
      <div className="field">
        <label>
          Format
          <select value={format} onChange={(event) => setFormat(event.target.value as TeacherFormat)}>
            {FORMATS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      </div>
      <FileField
        key={`w${round}`}
        label="Weights"
        onUploaded={(upload) => setFiles((before) => ({ ...before, weights: upload?.id }))}
      />
      <FileField
        key={`r${round}`}
        label="Reference (may be left out)"
        hint="safetensors with observations and the logits that must come out"
        onUploaded={(upload) => setFiles((before) => ({ ...before, reference: upload?.id }))}
      />
      <div className="field">
        <label>
          Actions, in the order of the logits
          <input value={actions} onChange={(event) => setActions(event.target.value)} />
        </label>
      </div>
      <SchemaFields
        api={api}
        schema={rest}
        value={more}
        onChange={(changed) => setMore(changed ?? {})}
        errors={errors}
        path=""
      />
      {create.error && <Problem error={create.error} />}
      <button type="submit" className="primary" disabled={!files.weights || create.isPending}>
        {create.isPending ? 'The file is being read …' : 'Register'}
      </button>
    </form>
  );
}

function useCreate(onSettled: () => void) {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: (teacher: NewTeacher) => service.teachers.create(teacher),
    onSuccess: ({ name }) => {
      toast(`${name} is registered.`);
      navigate(`/teachers/${name}`);
    },
    onSettled: () => {
      // Uploads serve one call, whatever comes of it.
      onSettled();
      return queries.invalidateQueries({ queryKey: ['list', 'teachers'] });
    },
  });
}

function without(schema: Schema, names: readonly string[]): Schema {
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => !names.includes(name));
  return { ...schema, properties: Object.fromEntries(properties) };
}
