import { ORPCError } from '@orpc/client';
import { SERVICE_ERRORS, type ServiceErrorCode } from '../../contract/errors.ts';

export interface Problem {
  /** One of `SERVICE_ERRORS`; null where the error came from elsewhere. */
  readonly code: ServiceErrorCode | null;
  /** What happened, to what, and what to do. */
  readonly sentence: string;
}

function isServiceErrorCode(code: unknown): code is ServiceErrorCode {
  return typeof code === 'string' && Object.hasOwn(SERVICE_ERRORS, code);
}

function detailOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('detail' in data)) return null;
  return typeof data.detail === 'string' ? data.detail : null;
}

/** What to tell a person about an error that a call to the service, or to the bridge, ended with. */
export function problemOf(error: unknown): Problem {
  const code: unknown = error instanceof ORPCError ? error.code : null;
  if (error instanceof ORPCError && isServiceErrorCode(code)) {
    const detail = detailOf(error.data);
    const sentence = detail === null ? error.message : SERVICE_ERRORS[code].replace('{detail}', () => detail);
    return { code, sentence };
  }
  const message = error instanceof Error ? error.message : String(error);
  // The bridge throws sentences; what oRPC says of itself ("Internal Server Error") is none.
  const sentence = error instanceof ORPCError ? SERVICE_ERRORS.INTERNAL.replace('{detail}', () => message) : message;
  return { code: null, sentence };
}
