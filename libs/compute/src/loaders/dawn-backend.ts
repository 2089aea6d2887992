import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { type BackendValues, util } from '@tensorflow/tfjs-core';
import { type DawnEvents } from './dawn-events.ts';

/**
 * tfjs's WebGPU backend as it must be outside a browser: it reads synchronously without a canvas, and what goes wrong on
 * the device (memory that is not to be had, a shader that is refused) fails the next read instead of ending in zeros.
 */
export class DawnBackend extends WebGPUBackend {
  readonly #events: DawnEvents;
  #failure: Error | undefined;

  constructor(device: GPUDevice, info: GPUAdapterInfo, events: DawnEvents) {
    super(device, info);
    this.#events = events;
    device.addEventListener('uncapturederror', (event) => {
      // Told by the next read, Dawn need not print it.
      event.preventDefault();
      this.#failure ??= new Error(`WebGPU: ${event.error.message}`);
    });
    void device.lost.then(({ message }) => (this.#failure ??= new Error(`the GPU was lost: ${message}`)));
  }

  override async getBufferData(buffer: GPUBuffer): Promise<ArrayBuffer> {
    // It calls Dawn's mapAsync before it first waits.
    const data = await this.#events.during(() => super.getBufferData(buffer));
    if (this.#failure) throw this.#failure;
    return data;
  }

  override readSync(dataId: object): BackendValues {
    const known = this.tensorMap.get(dataId);
    if (known.values !== null && known.values !== undefined) return known.values;
    if (!(known.resource instanceof GPUBuffer)) throw new Error(`a ${known.dtype} tensor cannot be read synchronously`);
    const values = util.convertBackendValuesAndArrayBuffer(this.#download(known.resource), known.dtype);
    known.values = values;
    return values;
  }

  #download(buffer: GPUBuffer): ArrayBuffer {
    const staging = this.device.createBuffer({
      size: buffer.size,
      usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
    try {
      this.#copy(buffer, staging);
      this.#events.during(() => staging.mapAsync(GPUMapMode.READ)).catch(() => undefined);
      this.#events.until(() => staging.mapState !== 'pending');
      if (this.#failure) throw this.#failure;
      return staging.getMappedRange().slice(0);
    } finally {
      staging.destroy();
    }
  }

  #copy(from: GPUBuffer, to: GPUBuffer): void {
    // What was recorded so far must be on the queue before the copy is.
    this.ensureCommandEncoderReady();
    this.endComputePassEncoder();
    this.submitQueue();
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, 0, to, 0, from.size);
    this.queue.submit([encoder.finish()]);
  }
}
