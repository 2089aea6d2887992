// Exported files are run here with the libraries they are for: this loads a tensor engine and onnxruntime, in the worker only.
export { checkExport } from './check-export.ts';
export { type ExpectedAnswers } from './expected-answers.ts';
