/** No job comes back from here. */
export const isFinal = (status: string): boolean => ['succeeded', 'failed', 'cancelled'].includes(status);
