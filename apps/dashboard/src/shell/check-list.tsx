interface CheckListProps<Value> {
  legend: string;
  /** Each with its words. */
  options: readonly (readonly [Value, string])[];
  chosen: readonly Value[];
  onChange: (chosen: readonly Value[]) => void;
}

/** Any of several, or none. */
export function CheckList<Value extends string>({ legend, options, chosen, onChange }: CheckListProps<Value>) {
  return (
    <fieldset className="field">
      <legend>{legend}</legend>
      {options.map(([value, words]) => (
        <label key={value} className="check">
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={({ target }) =>
              onChange([...chosen.filter((one) => one !== value), ...(target.checked ? [value] : [])])
            }
          />{' '}
          {words}
        </label>
      ))}
    </fieldset>
  );
}
