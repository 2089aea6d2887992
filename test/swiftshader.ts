import { existsSync } from 'node:fs';

/** Where Debian's chromium, and other distributions' too, keep the driver of Vulkan in software. */
const DRIVERS = [
  '/usr/lib/chromium',
  '/usr/lib64/chromium-browser',
  '/usr/lib/chromium-browser',
  '/opt/google/chrome',
].map((directory) => `${directory}/vk_swiftshader_icd.json`);

/**
 * Lets the webgpu engine of this process and its children compute in software, so that the tests mean the same on every
 * machine. A driver named by VK_ICD_FILENAMES is left as it is: so the tests run on a real GPU.
 */
export function useSwiftShader(): void {
  const driver = DRIVERS.find((path) => existsSync(path));
  if (driver) process.env['VK_ICD_FILENAMES'] ??= driver;
  process.env['WEBGPU_SOFTWARE'] = '1';
}
