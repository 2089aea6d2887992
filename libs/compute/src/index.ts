export { type Engine, type EngineName, ENGINES, EngineUnavailableError, loadEngine } from './engine.ts';
