import { oc } from '@orpc/contract';
import { z } from 'zod';
import { SERVICE_ERRORS, type ServiceErrorCode } from './errors.ts';

/** oRPC's error map, made from the one table of codes. `detail` is what the sentence is about: a path, a reason. */
const errors = Object.fromEntries(
  Object.keys(SERVICE_ERRORS).map((code) => [code, { data: z.object({ detail: z.string() }) }]),
) as Record<ServiceErrorCode, { data: z.ZodObject<{ detail: z.ZodString }> }>;

/** What every procedure of the contract begins with: it may answer with any error of the service. */
export const procedure = oc.errors(errors);

/** An absolute path, as any system has them. */
export const filePath = z.string().min(1).max(4096);
