/** WebAssembly's memory, whose type Node's declarations lack: it can be sent to a thread, and is shared with it. */
export interface StackMemory {
  readonly buffer: SharedArrayBuffer;
}

/** Memory that this thread can stack into without a copy: `bytes` from its start, which is that of a page. Zero at first. */
export function allocateStacks(bytes: number): StackMemory;

/** Lets this thread stack without a copy into memory that another has allocated. Both have its first bytes as `memory.buffer`. */
export function adoptStacks(memory: StackMemory): void;

/** Whether the kernel can stack such frames: four of them, whose pixels are a multiple of 16, at most 65,536. */
export function kernelFits(shape: { size: number; stack: number }): boolean;

/**
 * Stacks four frames into each observation, sixteen pixels at a time (WebAssembly SIMD).
 * @param images [n, size] uint8, frame after frame
 * @param size pixels of one frame; see `kernelFits`
 * @param sources [B, 4] the frames of each observation, oldest first
 * @param into [B, size, 4] where to write: bytes, or pixels in [0, 1] as float32
 */
export function stackFour(images: Uint8Array, size: number, sources: Int32Array, into: Uint8Array | Float32Array): void;
