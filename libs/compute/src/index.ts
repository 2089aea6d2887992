export { chooseEngine, type EngineRequest, type TryEngine } from './choose-engine.ts';
export {
  type Device,
  type Engine,
  type EngineName,
  ENGINES,
  EngineUnavailableError,
  NoGpuError,
  type PassedOver,
} from './engine.ts';
export { loadEngine } from './load-engine.ts';
export { saysNothing } from './says-nothing.ts';
