import { type Teacher } from '@distiller/client';

type LayerTable = Teacher['network'];

/** A network, layer by layer. */
export function LayersTable({ table }: { table: LayerTable }) {
  return (
    <section className="card" aria-labelledby="layers-title">
      <h2 id="layers-title">Network</h2>
      <p className="muted">
        {table.parameter_count.toLocaleString('en')} parameters, {table.flops.toLocaleString('en')} FLOPs a forward
        pass.
      </p>
      <div className="scroll" tabIndex={0} role="region" aria-label="Layers">
        <table>
          <thead>
            <tr>
              <th scope="col">layer</th>
              <th scope="col">kind</th>
              <th scope="col">in</th>
              <th scope="col">out</th>
              <th scope="col" className="number">
                parameters
              </th>
              <th scope="col" className="number">
                FLOPs
              </th>
            </tr>
          </thead>
          <tbody>
            {table.layers.map((layer) => (
              <tr key={layer.name}>
                <th scope="row" className="mono">
                  {layer.name}
                </th>
                <td>{layer.spec.kind}</td>
                <td className="mono">{layer.input_shape.join('×')}</td>
                <td className="mono">{layer.output_shape.join('×')}</td>
                <td className="number">{layer.parameter_count.toLocaleString('en')}</td>
                <td className="number">{layer.flops.toLocaleString('en')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
