import { isDomainError } from '../../world/domain-error.ts';
import { policyMatcher } from '../shared/wildcards.ts';
import { readPolicy, type Condition, type Principals, type Statement } from './policy-document.ts';

/** Who asks for a role: a user or role by its ARNs, a service of AWS, or somebody from outside. */
export type RequestingPrincipal =
  | {
      readonly kind: 'account';
      readonly account: string;
      /** The caller's own ARN, and of an assumed role that of the role. */
      readonly arns: readonly string[];
    }
  | { readonly kind: 'service'; readonly service: string }
  /** Somebody whom an identity provider vouches for: its ARN, or a domain such as `accounts.google.com`. */
  | { readonly kind: 'federated'; readonly provider: string };

/** Keys of the request that conditions look at, by their name in small letters; one that is not there has no entry. */
export type RequestKeys = Readonly<Record<string, string>>;

const isNamed = (principals: Principals, principal: RequestingPrincipal): boolean => {
  if (principal.kind === 'service') return principals.Service.includes(principal.service);
  if (principal.kind === 'federated') {
    return principals.AWS.includes('*') || principals.Federated.includes(principal.provider);
  }
  return principals.AWS.some(
    (name) =>
      name === '*' ||
      name === principal.account ||
      name === `arn:aws:iam::${principal.account}:root` ||
      principal.arns.includes(name),
  );
};

const actionFits = (statement: Statement, action: string): boolean => {
  const fits = (pattern: string): boolean =>
    policyMatcher(pattern.toLowerCase())(action.toLowerCase());
  if (statement.actions !== undefined) return statement.actions.some(fits);
  return statement.notActions?.some(fits) === false;
};

type Compare = (value: string, wanted: string) => boolean;

/** "IAM JSON policy elements: Condition operators", IAM User Guide. Of those that are not here none is ever satisfied. */
const comparisons: Readonly<Record<string, Compare>> = {
  StringEquals: (value, wanted) => value === wanted,
  StringEqualsIgnoreCase: (value, wanted) => value.toLowerCase() === wanted.toLowerCase(),
  StringLike: (value, wanted) => policyMatcher(wanted)(value),
  ArnEquals: (value, wanted) => policyMatcher(wanted)(value),
  ArnLike: (value, wanted) => policyMatcher(wanted)(value),
  Bool: (value, wanted) => value.toLowerCase() === wanted.toLowerCase(),
  NumericEquals: (value, wanted) => Number(value) === Number(wanted),
  NumericLessThan: (value, wanted) => Number(value) < Number(wanted),
  NumericLessThanEquals: (value, wanted) => Number(value) <= Number(wanted),
  NumericGreaterThan: (value, wanted) => Number(value) > Number(wanted),
  NumericGreaterThanEquals: (value, wanted) => Number(value) >= Number(wanted),
};

/** Whether a condition is satisfied; undefined for an operator that is not known here. */
const isSatisfied = (condition: Condition, keys: RequestKeys): boolean | undefined => {
  const [, qualifier, name = '', ifExists] =
    /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(condition.operator) ?? [];
  const value = keys[condition.key.toLowerCase()];
  if (name === 'Null') return condition.values.includes(String(value === undefined));
  const isNegated = /^(?:String|Arn|Numeric)Not/.test(name);
  const compare = comparisons[isNegated ? name.replace('Not', '') : name];
  if (compare === undefined) return undefined;
  if (value === undefined) {
    return ifExists !== undefined || qualifier === 'ForAllValues' || isNegated;
  }
  const fits = condition.values.some((wanted) => compare(value, wanted));
  return fits !== isNegated;
};

const applies = (
  statement: Statement,
  principal: RequestingPrincipal,
  action: string,
  keys: RequestKeys,
): boolean => {
  const { principals, notPrincipals } = statement;
  const isMeant =
    principals === undefined
      ? notPrincipals !== undefined && !isNamed(notPrincipals, principal)
      : isNamed(principals, principal);
  if (!isMeant || !actionFits(statement, action)) return false;
  // A condition that cannot be judged keeps an Allow from applying and not a Deny: the safe side.
  return statement.conditions.every(
    (condition) => isSatisfied(condition, keys) ?? statement.effect === 'Deny',
  );
};

/**
 * Whether a role's trust policy lets somebody do an action such as `sts:AssumeRole`: a statement allows it and none
 * denies it ("Policy evaluation logic", IAM User Guide). `keys` are the request's, with names in small letters.
 */
export const isTrusted = (
  trustPolicy: string,
  principal: RequestingPrincipal,
  action: string,
  keys: RequestKeys,
): boolean => {
  const policy = readPolicy(trustPolicy);
  if (isDomainError(policy)) return false;
  const effects = policy.statements
    .filter((statement) => applies(statement, principal, action, keys))
    .map((statement) => statement.effect);
  return effects.includes('Allow') && !effects.includes('Deny');
};
