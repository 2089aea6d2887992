import { type Teacher } from '@distiller/client';
import { renderTable } from '../table.ts';

/** What the service made of a file: whoever has the original can hold the logits against it. */
export function describeTeacher(teacher: Teacher): string[] {
  const { name, id, source, observation, network, verification, actions, return: measured } = teacher;
  return [
    `${name} (${id})`,
    `from ${source.format}, under contract ${teacher.contract_hash.slice(0, 12)} of ${observation.game}`,
    `${network.parameter_count.toLocaleString('en')} parameters, input [${network.layers[0]?.input_shape.join(', ')}]`,
    `actions ${actions.join(' ')}`,
    ...(measured
      ? [`measured return ${measured.mean} ± ${measured.std} (${measured.episodes} episodes, ${measured.acting})`]
      : []),
    ...indented(renderTable(['layer', 'kind', 'output', 'parameters'], network.layers.map(layerRow))),
    ...(verification ? describeVerification(verification) : []),
  ];
}

function layerRow({
  name,
  spec,
  output_shape: shape,
  parameter_count: count,
}: Teacher['network']['layers'][number]): string[] {
  return [name, spec.kind, `[${shape.join(', ')}]`, String(count)];
}

function describeVerification(verification: NonNullable<Teacher['verification']>): string[] {
  const { remarks, largest_difference: difference, frames, logits } = verification;
  const agreement =
    difference === null
      ? 'no reference to compare with'
      : `differs from the reference by ${difference.toExponential(1)} at most`;
  return [
    ...remarks.map((remark) => `remark: ${remark}`),
    agreement,
    `logits on frame n = 0 of ${frames}:`,
    ...indented([(logits[0] ?? []).map((logit) => logit.toPrecision(6)).join('  ')]),
  ];
}

function indented(lines: string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
