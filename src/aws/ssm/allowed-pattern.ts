import { RE2JS } from 're2js';
import { DomainError } from '../../world/domain-error.ts';

/**
 * Whether a value is of a parameter's pattern, all of it. The engine needs time in proportion to the value, whatever the
 * pattern: it is a user's. It knows neither back references nor looking around, and such a pattern is refused.
 */
export const patternFault = (
  name: string,
  pattern: string,
  value: string,
): DomainError | undefined => {
  if (pattern === '') return undefined;
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    // The engine throws what is wrong with the pattern; anything else would be a bug of it, and as much a refusal.
    const why = error instanceof Error ? error.message : String(error);
    return new DomainError(
      'InvalidAllowedPatternException',
      `The request does not meet the regular expression requirement. Parameter ${name}, allowedPattern ${pattern}: ${why}`,
    );
  }
  return compiled.matches(value)
    ? undefined
    : new DomainError(
        'ParameterPatternMismatchException',
        `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
      );
};
