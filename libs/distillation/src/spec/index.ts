// The spec: everything a client may say and how it is checked. Free of any tensor engine: apps/api imports it.
export { Augmentation } from './augmentation.ts';
export { checkDistillation, checkSameContract } from './check-job.ts';
export { DerivativeTerm, DerivativeWeight } from './derivative-term.ts';
export { DistillationSpec, JobSpec } from './job.ts';
export { checkImport, ImportSpec } from './import.ts';
export { checkEvaluation } from './check-evaluation.ts';
export { EvaluationSpec } from './evaluation.ts';
export { EvaluationReport } from './evaluation-report.ts';
export { LossSpec, ValueTerm } from './loss.ts';
export { contractDifferences, contractHash, ObservationContract } from './observation-contract.ts';
export { OptimizerSpec } from './optimizer.ts';
export { Acting, Player, RecordingSpec } from './recording.ts';
export { inspectRollouts, type InspectedRollouts, RolloutsInput } from './rollouts.ts';
export { SpecError } from './spec-error.ts';
export { inspectTeacher, type InspectedTeacher, type TeacherPaths } from './inspect-teacher.ts';
export { TeacherInput } from './teacher.ts';
export { TrainingData } from './training-data.ts';
export { fixedFrames, type Verification } from './verification.ts';
