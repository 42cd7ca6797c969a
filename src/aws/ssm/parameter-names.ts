import { DomainError } from '../../world/domain-error.ts';
import { hierarchyTooDeep, validation } from './errors.ts';
import { quotas } from './quotas.ts';

const allowed =
  'If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_';

const reserved = /^\/?(aws|ssm)/i;

/**
 * What is wrong with the name of a new parameter ("Name", PutParameter, API Reference; words as the service is known to
 * answer).
 */
export const nameFault = (name: string): DomainError | undefined => {
  const isPath = name.includes('/');
  if (reserved.test(name)) {
    if (/^\/aws\//i.test(name)) {
      return new DomainError(
        'AccessDeniedException',
        `No access to reserved parameter name: ${name}.`,
      );
    }
    return validation(
      isPath
        ? `Parameter name: can't be prefixed with "ssm" (case-insensitive). ${allowed}`
        : 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).',
    );
  }
  if (isPath && !name.startsWith('/')) {
    return validation('Parameter name must be a fully qualified name.');
  }
  if (!/^(\/[\w.-]+)+$|^[\w.-]+$/.test(name)) {
    return validation(
      isPath
        ? `Parameter name: ${allowed}`
        : 'Parameter name: can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  }
  if (name.length > quotas.nameLength) {
    return validation(`Parameter name: has more than ${quotas.nameLength} characters.`);
  }
  return name.split('/').length - 1 > quotas.levels ? hierarchyTooDeep() : undefined;
};
