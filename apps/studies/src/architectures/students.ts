import { type Architecture, type LayerSpec, resolveLayers } from '@distiller/policies/description';

const PRESETS = ['paper-student', 'nature', 'rusu-25', 'rusu-7', 'rusu-4', 'impala', 'mlp'] as const;
/** The paper's student with smooth activations in the place of ReLUs. */
const SMOOTH = ['silu', 'gelu', 'softplus'] as const;

export const STUDENTS = [...PRESETS, ...SMOOTH] as const;
export type Student = (typeof STUDENTS)[number];

export function architectureOf(student: Student, actions: number): Architecture {
  const smooth = SMOOTH.find((kind) => kind === student);
  if (!smooth) return { preset: student as (typeof PRESETS)[number] };
  const layers = resolveLayers({ preset: 'paper-student' }, actions);
  return { layers: layers.map((layer): LayerSpec => (layer.kind === 'relu' ? { kind: smooth } : layer)) };
}
