/** A resource's name, as the service takes it. */
export function NameField({ value, onChange }: { value: string; onChange: (name: string) => void }) {
  return (
    <label>
      Name
      <input
        value={value}
        required
        pattern="[a-z0-9][a-z0-9._\-]{0,63}"
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
