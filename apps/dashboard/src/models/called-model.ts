import { type Model } from '@distiller/client';

/** name@version, and what else means it; null where it has no name. */
export const calledModel = ({ name, version }: Model): string | null => (name === null ? null : `${name}@${version}`);
