/** What a pickle may hold here: numbers, text, lists and dictionaries, and what the allowed names make of them. */
export type PickleValue =
  null | boolean | number | string | Uint8Array | PickleValue[] | PickleDict | PickleName | PickleObject;

/** A dictionary, ordered or not. Keys are compared as JavaScript does: text and numbers by value. */
export type PickleDict = Map<PickleValue, PickleValue>;

/** A name that the pickle looks up, as `torch.FloatStorage`. It names; it does nothing. */
export class PickleName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What the caller made of a call of an allowed name, or of a persistent id. */
export abstract class PickleObject {
  abstract readonly kind: string;
}

/** What a pickle may mean: every name that it looks up goes through here, and nothing else of it is a name. */
export interface PickleMeaning {
  /** Where the pickle lies, for errors. */
  where: string;
  /** @throws FormatError for a name that is not allowed */
  lookUp(name: string): PickleName;
  /** The value of a call. @throws FormatError for names that cannot be called, and for wrong arguments */
  call(name: string, args: PickleValue[]): PickleValue;
  /** What stands for an object outside of the pickle. */
  persistent(id: PickleValue): PickleValue;
}
