/**
 * Where the gradient of a segment comes from that is not the last: nowhere; a module that gives it; one whose predicted loss is
 * derived, trained on the gradient, on the loss, or on both; or the segments above, as ever.
 */
export const METHODS = ['no-propagation', 'direct', 'value-function', 'critic', 'sobolev', 'backpropagation'] as const;
export type Method = (typeof METHODS)[number];
