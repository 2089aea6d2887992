// The spec: everything a client may say and how it is checked. Free of any tensor engine: apps/api imports it.
export { Augmentation } from './augmentation.ts';
export { checkDistillation, checkSamePlay } from './check-job.ts';
export { checkLabels, type LabelledPair } from './check-labels.ts';
export { DerivativeTerm, DerivativeWeight } from './derivative-term.ts';
export { DistillationSpec, JobSpec } from './job.ts';
export { LabellingSpec } from './labelling.ts';
export { DIRECTIONS_VERSION, type LabelsDescription, type LabelsPlan, planLabels } from './labels-plan.ts';
export { LabelsSource } from './labels-source.ts';
export { LossSpec, ValueTerm } from './loss.ts';
export { contractDifferences, contractHash, ObservationContract } from './observation-contract.ts';
export { OptimizerSpec } from './optimizer.ts';
export { Metadata } from './reference.ts';
export { inspectRollouts, type InspectedRollouts, RolloutsInput } from './rollouts.ts';
export { SpecError } from './spec-error.ts';
export { inspectTeacher, type InspectedTeacher, TeacherInput } from './teacher.ts';
