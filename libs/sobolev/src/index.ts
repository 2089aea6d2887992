export { augment, type Augmentation } from './augmentations/augmentation.ts';
export {
  type DirectionInputs,
  directionsByExample,
  type DirectionSet,
  drawDirections,
  isNoise,
} from './directions/direction-set.ts';
export { compiled } from './compiled.ts';
export { type PatchOptions } from './directions/patch.ts';
export { principalComponents } from './directions/principal-components.ts';
export { initializeWeights } from './initialize.ts';
export { type JacobianNorms, jacobianNorms, logPolicyJacobian } from './jacobian.ts';
export { averagePool } from './layers/average-pool.ts';
export { conv, type ConvOptions } from './layers/conv.ts';
export { dense, type DenseOptions } from './layers/dense.ts';
export { elu } from './layers/elu.ts';
export { flatten } from './layers/flatten.ts';
export { gelu } from './layers/gelu.ts';
export { layerNorm } from './layers/layer-norm.ts';
export { type Gradients, type Layer, type Linearization, type ParameterShape } from './layers/layer.ts';
export { leakyRelu } from './layers/leaky-relu.ts';
export { maxPool } from './layers/max-pool.ts';
export { relu } from './layers/relu.ts';
export { residual } from './layers/residual.ts';
export { silu } from './layers/silu.ts';
export { softplus } from './layers/softplus.ts';
export { tanh } from './layers/tanh.ts';
export { logSoftmax, type LogSoftmax } from './log-softmax.ts';
export { klTerm, type ValueTerm } from './losses/kl.ts';
export { addEach, derivativeTerm, type TeacherDerivative } from './losses/derivative-term.ts';
export { jvpTerm, type PushForward, pushForward } from './losses/jvp.ts';
export { type Batch, lossGradients } from './loss-gradients.ts';
export { type Norm } from './losses/norm.ts';
export { type DerivativeLoss, type DerivativeTerm } from './losses/term.ts';
export { project, type Projection, pullBack, vjpTerm } from './losses/vjp.ts';
export { type Answers, type ValueLoss, valueTerm } from './losses/value-term.ts';
export {
  cotangents,
  forward,
  gradients,
  type Network,
  output,
  parameterShapes,
  tangents,
  twinGradients,
  type Weights,
} from './network.ts';
export { type ExampleSource, type NoiseSource, type NoiseTable, noiseTable } from './noise/noise.ts';
export { clipByGlobalNorm } from './optimizers/clip.ts';
export { type Optimizer, optimizerInit, optimizerNumbers, optimizerUpdate } from './optimizers/optimizer.ts';
export { type OptimizerState } from './optimizers/update.ts';
export { updateWeights, type WeightsUpdate } from './optimizers/update-weights.ts';
export { shapesOf } from './parameters.ts';
export { plus } from './plus.ts';
export { sphereDirections } from './projections/sphere.ts';
export { randomStream, type RandomPurpose, type RandomStream } from './random.ts';
export { type ReadoutName } from './readout.ts';
export { learningRateAt, type Schedule } from './schedules/schedule.ts';
export { initialState, stateTensors, type StepOptions, type StepTerms, trainStep, type TrainState } from './step.ts';
export { tidy } from './tidy.ts';
export { type WeightingState } from './weighting/rule.ts';
export { type Weighting } from './weighting/weighting.ts';
