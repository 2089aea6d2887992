import { FormatError } from '../imported.ts';
import { type ByteCursor } from './byte-cursor.ts';
import { type PickleDict, type PickleMeaning, PickleName, type PickleValue } from './values.ts';

/** The stack and the memo that opcodes work on; whatever is not there, or of another type, is a damaged file. */
export class PickleMachine {
  readonly cursor: ByteCursor;
  readonly meaning: PickleMeaning;
  readonly #memo = new Map<number, PickleValue>();
  readonly #marked: PickleValue[][] = [];
  #stack: PickleValue[] = [];

  constructor(cursor: ByteCursor, meaning: PickleMeaning) {
    this.cursor = cursor;
    this.meaning = meaning;
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pop(): PickleValue {
    const value = this.#stack.pop();
    return value === undefined ? this.fail('takes from an empty stack') : value;
  }

  top(): PickleValue {
    const value = this.#stack.at(-1);
    return value === undefined ? this.fail('looks at an empty stack') : value;
  }

  popName(): string {
    const value = this.pop();
    return value instanceof PickleName ? value.name : this.fail('calls what is no name');
  }

  popTuple(): PickleValue[] {
    const value = this.pop();
    return Array.isArray(value) ? value : this.fail('has no tuple where arguments are needed');
  }

  topList(): PickleValue[] {
    const value = this.top();
    return Array.isArray(value) ? value : this.fail('appends to what is no list');
  }

  topDict(): PickleDict {
    const value = this.top();
    return value instanceof Map ? value : this.fail('sets an item of what is no dictionary');
  }

  mark(): void {
    this.#marked.push(this.#stack);
    this.#stack = [];
  }

  /** What was pushed since the last mark. */
  popToMark(): PickleValue[] {
    const items = this.#stack;
    this.#stack = this.#marked.pop() ?? this.fail('has no mark');
    return items;
  }

  remember(index: number): void {
    this.#memo.set(index, this.top());
  }

  rememberNext(): void {
    this.remember(this.#memo.size);
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    this.push(value === undefined ? this.fail(`recalls ${index}, which was not remembered`) : value);
  }

  result(): PickleValue {
    const value = this.pop();
    return this.#stack.length || this.#marked.length ? this.fail('leaves values over') : value;
  }

  fail(what: string): never {
    throw new FormatError(this.cursor.where, `the pickle ${what}, before byte ${this.cursor.position}`);
  }
}
