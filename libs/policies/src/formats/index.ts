// Policies in, from the files of other libraries, without a tensor engine: apps/api may import this.
export { importPolicy, TeacherFormat } from './catalogue.ts';
export { FormatError, type ImportedPolicy, type ImportRequest } from './imported.ts';
