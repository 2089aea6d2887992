export { distill, type DistillInputs, type DistillOptions } from './distill.ts';
export { arcadeOptions } from './arcade-options.ts';
export { checkTeacher, type CheckOptions, type TeacherCheck } from './check-teacher.ts';
export { DivergedError } from './diverged-error.ts';
export { type DistillEvent, type EvaluationMetrics, type StudentFiles } from './events.ts';
export { type RegisteredTeacher } from './load-policy.ts';
export { type Acting } from './recording/acting.ts';
export { record, type RecordOptions } from './recording/record.ts';
export { type RecordEvent, type RecordingProgress } from './recording/record-event.ts';
// What a caller needs to read the inputs, so that it knows only this package.
export { Architecture, type NamedTensor, readSafetensors, WeightsError } from '@distiller/policies';
export { openRollouts, type Rollouts, RolloutsError } from '@distiller/rollouts';
