/** The kernel's source as WebAssembly. */
export function compileKernel(): Promise<Uint8Array>;
