import { SpecError } from '../spec-error.ts';

/** What the parameters of one child are, by their paths. */
export type SweepPoint = Readonly<Record<string, unknown>>;

/** Of a child's spec, as whoever found it says it. */
interface Fault {
  code: string;
  /** RFC 6901, in the child's spec. */
  pointer: string;
  message: string;
}

/**
 * The fault of a child as one of its sweep: it points at the parameter that brought it about, and names the field and the
 * value. One that no parameter has brought about is the base's.
 */
export function sweepError(point: SweepPoint, { code, pointer, message }: Fault): SpecError {
  const path = Object.keys(point).find((one) => isAbout(pointer, subjectOf(one)));
  if (path === undefined) {
    return new SpecError(code, `/base${pointer}`, `${message} (with ${JSON.stringify(point)})`);
  }
  const told = JSON.stringify(point[path]);
  const value = told.length > 200 ? `${told.slice(0, 200)}…` : told;
  return new SpecError(code, `/parameters/${path}`, `with ${value}, ${pointer}: ${message}`);
}

/** The field itself, one inside it, or one that it is a part of. */
function isAbout(pointer: string, field: string): boolean {
  return pointer === field || pointer.startsWith(`${field}/`) || (pointer !== '' && field.startsWith(`${pointer}/`));
}

/** What a parameter decides about: with its kind, all of a thing. */
function subjectOf(path: string): string {
  return pointerOf(path.replace(/\.kind$/, ''));
}

/** A path's words need no escaping: they are letters, digits and underscores. */
export function pointerOf(path: string): string {
  return `/${path.replaceAll('.', '/')}`;
}
