const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is no policy: the caller answers its service's error.
    return undefined;
  }
};

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const statementFault = (statement: unknown): string | undefined => {
  if (!isFields(statement)) return 'a statement is no JSON object';
  if (statement['Effect'] !== 'Allow' && statement['Effect'] !== 'Deny') {
    return 'the Effect of a statement must be Allow or Deny';
  }
  if (!('Principal' in statement) && !('NotPrincipal' in statement)) {
    return 'a statement of a resource policy needs a Principal';
  }
  return 'Action' in statement || 'NotAction' in statement
    ? undefined
    : 'a statement needs an Action';
};

/**
 * What is wrong with the policy of a resource, in words; undefined where nothing is ("Grammar of the IAM JSON policy
 * language", IAM User Guide). Who it names and what it would allow is not looked at.
 */
export const resourcePolicyFault = (text: string): string | undefined => {
  const policy = parsed(text);
  if (!isFields(policy)) return 'This policy contains invalid Json';
  const { Statement: statements, Version: version } = policy;
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') {
    return 'The policy must contain a valid version string';
  }
  const list: readonly unknown[] = Array.isArray(statements) ? statements : [statements];
  if (statements === undefined || list.length === 0) return 'The policy has no statement';
  const [fault] = list.flatMap((statement) => statementFault(statement) ?? []);
  return fault === undefined ? undefined : `The policy is not well-formed: ${fault}`;
};

const namesEverybody = (principal: unknown): boolean => {
  if (!isFields(principal)) return principal === '*';
  const { AWS: accounts } = principal;
  const list: readonly unknown[] = Array.isArray(accounts) ? accounts : [accounts];
  return list.includes('*');
};

/** Whether a policy without faults lets everybody in: a statement allows `*` and has no condition. */
export const isPublicPolicy = (text: string): boolean => {
  const policy = parsed(text);
  if (!isFields(policy)) return false;
  const { Statement: statements } = policy;
  const list: readonly unknown[] = Array.isArray(statements) ? statements : [statements];
  return list.some(
    (statement) =>
      isFields(statement) &&
      statement['Effect'] === 'Allow' &&
      statement['Condition'] === undefined &&
      namesEverybody(statement['Principal']),
  );
};
