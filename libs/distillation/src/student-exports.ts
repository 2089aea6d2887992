import { type Architecture, readSafetensors } from '@distiller/policies';
import { referenceLogits } from '@distiller/policies/description';
import { checkExport } from '@distiller/policies/export-checks';
import { ExportError, ExportKind, exportPolicy } from '@distiller/policies/exports';
import { type StudentFiles } from './events.ts';
import { type ObservationContract } from './spec/index.ts';
import { resolveTable } from './spec/teacher.ts';

/** A student as a file for another library. */
interface StudentExport {
  kind: ExportKind;
  /** What the file's name ends in, with its dot. */
  suffix: string;
  mediaType: string;
  bytes: Uint8Array;
  /** Of its logits from the student's, relative to the largest; at most 1e-5. */
  difference: number;
}

export interface ExportedStudent {
  exports: StudentExport[];
  /** Formats that this student cannot have, and why. */
  refused: { kind: ExportKind; reason: string }[];
}

/** What a student is made for. */
export interface StudentDescription {
  architecture: Architecture;
  observation: ObservationContract;
  actions: readonly string[];
}

/** Writes the student in every format that can hold it, and runs each file on the frames of its reference. */
export async function exportStudent(files: StudentFiles, description: StudentDescription): Promise<ExportedStudent> {
  const { architecture, observation, actions } = description;
  const { rows } = resolveTable(architecture, observation, actions.length, '/student');
  const { tensors: weights, metadata } = readSafetensors(files.student);
  const observations = readSafetensors(files.reference).tensors.get('observations')!.data as Uint8Array;
  const policy = { rows, weights, scale: observation.scale };
  // By plain loops in double precision: a GPU's own answers may be further from them than is allowed.
  const expected = { ...policy, observations, logits: referenceLogits(policy, observations) };
  const result: ExportedStudent = { exports: [], refused: [] };
  for (const kind of ExportKind.options) {
    try {
      const file = exportPolicy(kind, { ...policy, metadata });
      result.exports.push({ kind, ...file, difference: await checkExport(kind, file.bytes, expected) });
    } catch (error) {
      if (!(error instanceof ExportError)) throw error;
      result.refused.push({ kind, reason: error.message });
    }
  }
  return result;
}
