import { type TensorInfo } from '@tensorflow/tfjs-core';

/** A tensor of TensorFlow's, as its addon tells of it. `dtype` is TensorFlow's number of a type. */
export interface Handle {
  id: number;
  shape: number[];
  dtype: number;
}

/** An attribute of an operation; `type` is one of the addon's TF_ATTR_*. */
export interface OperationAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** Of the addon of tfjs-node, what is used here. Tensors are named by numbers that are never given twice. */
export interface Binding {
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_FLOAT: number;
  executeOp(name: string, attributes: OperationAttribute[], inputs: number[], outputs: number): Handle[];
  createTensor(shape: number[], dtype: number, values: ArrayBufferView): number;
  tensorDataSync(id: number): ArrayBufferView;
  loadSavedModel(directory: string, tags: string): number;
  runSavedModel(model: number, inputs: number[], inputNames: string, outputNames: string): Handle[];
  deleteSavedModel(model: number): void;
}

/** Of tfjs-node's backend, what is used here. */
export interface NodeBackend {
  binding: Binding;
  executeSingleOutput(name: string, attributes: OperationAttribute[], inputs: TensorInfo[]): TensorInfo;
  /** Hands values over to TensorFlow that JavaScript still held back. */
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  createOutputTensor(handle: Handle): TensorInfo;
  /** Everything that the backend knows of a tensor. */
  tensorMap: { get(dataId: object): { dtype: number } };
}
