import { ServiceError } from '../../contract/errors.ts';
import type { EncoderDefinition } from './definition.ts';

/** @throws ServiceError ENCODER_LICENCE where the licence restricts the use and was not agreed to */
export function requireLicence({ name, licence }: EncoderDefinition, accepted: boolean | undefined): void {
  if (!licence.restricted || accepted === true) return;
  throw new ServiceError(
    'ENCODER_LICENCE',
    `${name}, ${licence.name}${licence.url === null ? '' : `, ${licence.url}`}`,
  );
}
