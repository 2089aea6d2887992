export { distill, type DistillInputs, type DistillOptions } from './distill.ts';
export { arcadeOptions } from './arcade-options.ts';
export { checkTeacher, type CheckOptions, type TeacherCheck } from './check-teacher.ts';
export { type ClosedLoopInputs, distillClosedLoop } from './closed-loop/distill-closed-loop.ts';
export { DivergedError } from './diverged-error.ts';
export { type DistillEvent, type EvaluationMetrics, type StudentFiles } from './events.ts';
export { type ImportFiles, importRollouts, type ImportRolloutsEvent } from './import-rollouts.ts';
export { type RegisteredTeacher } from './load-policy.ts';
export { type EvaluationInputs, type EvaluationOptions, evaluatePolicies } from './evaluation/evaluate-policies.ts';
export { type EvaluationEvent, type EvaluationFile } from './evaluation/events.ts';
export { estimate as bootstrap } from './evaluation/statistics.ts';
export { readStudent } from './evaluation/student.ts';
export {
  type LabellingEvent,
  type LabellingInputs,
  type LabellingOptions,
  labelRollouts,
} from './labelling/label-rollouts.ts';
export { type ExportedStudent, exportStudent } from './student-exports.ts';
export { type Acting } from './recording/acting.ts';
export { record, type RecordOptions } from './recording/record.ts';
export { type RecordEvent, type RecordingProgress } from './recording/record-event.ts';
export { ImportError } from '@distiller/arcade';
// What a caller needs to read the inputs, so that it knows only this package.
export { modelCard } from '@distiller/policies/exports';
export { Architecture, type NamedTensor, readSafetensors, WeightsError } from '@distiller/policies';
export { openLabels, openRollouts, type Rollouts, RolloutsError, type StoredLabels } from '@distiller/rollouts';
