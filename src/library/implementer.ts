import { implement, ORPCError } from '@orpc/server';
import { contract } from '../contract/contract.ts';
import { ServiceError } from '../contract/errors.ts';

/** The service's own errors become the contract's typed ones; anything else is a fault of ours and says so. */
function asContractError(error: unknown): unknown {
  if (error instanceof ORPCError) return error;
  if (error instanceof Error && error.name === 'AbortError') return error;
  const { code, message, detail } = ServiceError.from(error);
  return new ORPCError(code, { defined: true, message, data: { detail }, cause: error });
}

/** What the contract's procedures are implemented with: whatever a handler throws becomes one of the contract's errors. */
export function implementer() {
  return implement(contract).use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      throw asContractError(error);
    }
  });
}

export type Implementer = ReturnType<typeof implementer>;
