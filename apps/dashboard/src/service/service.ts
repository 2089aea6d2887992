import { createClient } from '@distiller/client';

/** The service that this page came from. */
export const service = createClient({ baseUrl: '' });
