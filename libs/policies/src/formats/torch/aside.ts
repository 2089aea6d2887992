/** Parts that training needs and acting does not: critics, value heads, target networks, optimisers. */
const ASIDE = /(^|[._])(critic|value|vf|target|optim(izer)?)/;

/** Whether a tensor's or a module's name says that it is no part of the policy. */
export function isAside(name: string): boolean {
  return ASIDE.test(name);
}
