import { type checkDistillation } from '@distiller/distillation/spec';
import { z } from 'zod';

/** A network, layer by layer, as it is stored and as it is on the wire. */
export const LayerTable = z
  .object({
    layers: z.array(
      z.object({
        name: z.string(),
        spec: z.looseObject({ kind: z.string() }),
        input_shape: z.array(z.int()).describe('without the batch: [height, width, channels] or [units]'),
        output_shape: z.array(z.int()),
        parameter_count: z.int(),
        flops: z.int().describe('of one forward pass of one example'),
      }),
    ),
    parameter_count: z.int(),
    flops: z.int(),
  })
  .meta({ id: 'LayerTable' });

type CheckedTable = ReturnType<typeof checkDistillation>;

export function layerTableJson({ rows, parameters, flops }: CheckedTable): z.infer<typeof LayerTable> {
  const layers = rows.map((row) => ({
    name: row.name,
    spec: row.spec,
    input_shape: row.inputShape,
    output_shape: row.outputShape,
    parameter_count: row.parameters,
    flops: row.flops,
  }));
  return { layers, parameter_count: parameters, flops };
}
