import { JOB_STATUSES } from '@distiller/storage';
import { z } from 'zod';

export const JobStatus = z.enum(JOB_STATUSES).meta({ id: 'JobStatus' });
