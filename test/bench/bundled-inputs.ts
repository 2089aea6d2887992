export { bundledInputs } from '../../apps/studies/src/distillation/bundled-inputs.ts';
