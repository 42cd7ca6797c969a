import type { DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { ParameterVersion } from './entities.ts';

/** The value of a version as an answer shows it. */
export const shownValue = (
  _view: View,
  version: ParameterVersion,
  _withDecryption: boolean | undefined,
): string | DomainError => version.value;
