import { DomainError } from '../../world/domain-error.ts';
import type { ParameterVersion } from './entities.ts';
import { quotas } from './quotas.ts';

const policyTypes: readonly string[] = [
  'Expiration',
  'ExpirationNotification',
  'NoChangeNotification',
];

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is no list either: the caller answers AWS's error.
    return undefined;
  }
};

const invalid = (message: string): DomainError =>
  new DomainError('InvalidPolicyAttributeException', message);

const policyOf = (value: unknown): ParameterVersion['policies'][number] | DomainError => {
  if (typeof value !== 'object' || value === null) return invalid('A policy is a JSON object.');
  // An object that JSON gave: its members are looked at one by one.
  const { Type: type, Version: version, Attributes: attributes } = value as Record<string, unknown>;
  if (typeof type !== 'string' || !policyTypes.includes(type)) {
    return new DomainError(
      'InvalidPolicyTypeException',
      `The policy type isn't supported. Parameter Store supports the following policy types: ${policyTypes.join(', ')}.`,
    );
  }
  if (version !== '1.0') return invalid(`The version of a policy of type ${type} must be 1.0.`);
  if (typeof attributes !== 'object' || attributes === null) {
    return invalid(`A policy of type ${type} needs Attributes.`);
  }
  return { type, text: JSON.stringify(value) };
};

/**
 * The policies of a request: a JSON array of them ("Assigning parameter policies", User Guide). They are kept and read
 * back; nothing is deleted or announced by them.
 */
export const policiesOf = (
  text: string | undefined,
): ParameterVersion['policies'] | DomainError => {
  if (text === undefined) return [];
  const list = parsed(text);
  if (!Array.isArray(list)) return invalid('Policies must be a JSON array of policies.');
  if (list.length > quotas.policiesPerParameter) {
    return new DomainError(
      'PoliciesLimitExceededException',
      `You specified more than the maximum number of allowed policies for the parameter. The maximum is ${quotas.policiesPerParameter}.`,
    );
  }
  const policies: ParameterVersion['policies'][number][] = [];
  for (const value of list) {
    const policy = policyOf(value);
    if (policy instanceof DomainError) return policy;
    if (policy.type === 'Expiration' && policies.some(({ type }) => type === policy.type)) {
      return new DomainError(
        'IncompatiblePolicyException',
        "There is a conflict in the policies specified for this parameter. You can't, for example, specify two Expiration policies for a parameter. Review your policies, and try again.",
      );
    }
    policies.push(policy);
  }
  return policies;
};
