import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import { malformedPolicy } from './errors.ts';

/** Who a statement is about. */
export interface Principals {
  /** `*` for everybody, account numbers, ARNs, unique ids. */
  readonly AWS: readonly string[];
  /** For example `ec2.amazonaws.com`. */
  readonly Service: readonly string[];
  readonly Federated: readonly string[];
}

/** One condition: an operator, a key, and the values of which one must fit. */
export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** A statement of a policy; a list that the statement does not have is undefined. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly principals: Principals | undefined;
  readonly notPrincipals: Principals | undefined;
  readonly actions: readonly string[] | undefined;
  readonly notActions: readonly string[] | undefined;
  readonly resources: readonly string[] | undefined;
  readonly notResources: readonly string[] | undefined;
  readonly conditions: readonly Condition[];
}

/** A policy document, read. */
export interface PolicyDocument {
  readonly version: string | undefined;
  readonly statements: readonly Statement[];
}

/** AWS's words for most of what is wrong in a policy. */
const syntaxErrors = (): DomainError => malformedPolicy('Syntax errors in policy.');

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textsOf = (value: unknown): readonly string[] | undefined => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.every((one) => typeof one === 'string') ? list : undefined;
};

/** "IAM JSON policy elements reference", IAM User Guide: the grammar's names. */
const documentFields: ReadonlySet<string> = new Set(['Id', 'Statement', 'Version']);
const statementFields: ReadonlySet<string> = new Set([
  'Action',
  'Condition',
  'Effect',
  'NotAction',
  'NotPrincipal',
  'NotResource',
  'Principal',
  'Resource',
  'Sid',
]);
const versions: ReadonlySet<unknown> = new Set(['2008-10-17', '2012-10-17']);

const readPrincipals = (value: unknown): Principals | undefined | DomainError => {
  if (value === undefined) return undefined;
  if (value === '*') return { AWS: ['*'], Service: [], Federated: [] };
  if (!isFields(value)) return syntaxErrors();
  const lists: Record<string, readonly string[]> = { AWS: [], Service: [], Federated: [] };
  for (const [type, names] of Object.entries(value)) {
    const texts = textsOf(names);
    if (texts === undefined || !['AWS', 'CanonicalUser', 'Federated', 'Service'].includes(type)) {
      return syntaxErrors();
    }
    lists[type] = texts;
  }
  return {
    AWS: lists['AWS'] ?? [],
    Service: lists['Service'] ?? [],
    Federated: lists['Federated'] ?? [],
  };
};

const readConditions = (value: unknown): readonly Condition[] | DomainError => {
  if (value === undefined) return [];
  if (!isFields(value)) return syntaxErrors();
  const conditions: Condition[] = [];
  for (const [operator, keys] of Object.entries(value)) {
    if (!isFields(keys)) return syntaxErrors();
    for (const [key, values] of Object.entries(keys)) {
      const list: readonly unknown[] = Array.isArray(values) ? values : [values];
      if (!list.every((one) => ['string', 'number', 'boolean'].includes(typeof one))) {
        return syntaxErrors();
      }
      conditions.push({ operator, key, values: list.map(String) });
    }
  }
  return conditions;
};

const readStatement = (value: unknown): Statement | DomainError => {
  if (!isFields(value)) return syntaxErrors();
  if (Object.keys(value).some((name) => !statementFields.has(name))) return syntaxErrors();
  const { Sid: sid, Effect: effect } = value;
  if (sid !== undefined && typeof sid !== 'string') return syntaxErrors();
  if (effect !== 'Allow' && effect !== 'Deny') return syntaxErrors();
  const principals = readPrincipals(value['Principal']);
  const notPrincipals = readPrincipals(value['NotPrincipal']);
  const conditions = readConditions(value['Condition']);
  if (isDomainError(principals)) return principals;
  if (isDomainError(notPrincipals)) return notPrincipals;
  if (isDomainError(conditions)) return conditions;
  const lists: Record<string, readonly string[] | undefined> = {};
  for (const name of ['Action', 'NotAction', 'Resource', 'NotResource']) {
    if (value[name] === undefined) continue;
    const texts = textsOf(value[name]);
    if (texts === undefined) return syntaxErrors();
    lists[name] = texts;
  }
  if (lists['Action'] !== undefined && lists['NotAction'] !== undefined) return syntaxErrors();
  if (lists['Resource'] !== undefined && lists['NotResource'] !== undefined) return syntaxErrors();
  return {
    effect,
    principals,
    notPrincipals,
    actions: lists['Action'],
    notActions: lists['NotAction'],
    resources: lists['Resource'],
    notResources: lists['NotResource'],
    conditions,
  };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is answered as MalformedPolicyDocument by whoever asked.
    return undefined;
  }
};

/** Reads a policy document; what is no policy at all is `MalformedPolicyDocument`. */
export const readPolicy = (text: string): PolicyDocument | DomainError => {
  const document = parsed(text);
  if (document === undefined) return malformedPolicy('This policy contains invalid Json');
  if (!isFields(document)) return syntaxErrors();
  if (Object.keys(document).some((name) => !documentFields.has(name))) return syntaxErrors();
  const { Version: version, Statement: statement } = document;
  if (version !== undefined && !versions.has(version)) return syntaxErrors();
  if (statement === undefined) return syntaxErrors();
  const given: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  const statements: Statement[] = [];
  for (const one of given) {
    const read = readStatement(one);
    if (isDomainError(read)) return read;
    statements.push(read);
  }
  return { version: typeof version === 'string' ? version : undefined, statements };
};

/** How many characters count against a quota: "IAM doesn't count white space". */
export const countedCharacters = (document: string): number =>
  document.replaceAll(/\s/g, '').length;

const badResource = (resource: string): DomainError | undefined =>
  resource === '*' || /^arn:[\w*-]+:[\w*-]+:[^:]*:[^:]*:.+$/s.test(resource)
    ? undefined
    : malformedPolicy(`Resource ${resource} must be in ARN format or "*".`);

const badAction = (action: string): DomainError | undefined =>
  action === '*' || /^[\w-]+:[\w*?-]+$/.test(action)
    ? undefined
    : malformedPolicy('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');

const identityStatementFault = (statement: Statement): DomainError | undefined => {
  if (statement.principals !== undefined || statement.notPrincipals !== undefined) {
    return malformedPolicy('Policy document should not specify a principal.');
  }
  const actions = statement.actions ?? statement.notActions ?? [];
  if (actions.length === 0) return malformedPolicy('Policy statement must contain actions.');
  const resources = statement.resources ?? statement.notResources ?? [];
  if (resources.length === 0) return malformedPolicy('Policy statement must contain resources.');
  return (
    actions.map(badAction).find((fault) => fault !== undefined) ??
    resources.map(badResource).find((fault) => fault !== undefined)
  );
};

/** What is wrong with a policy that says what its holder may do: an inline policy or a managed one. */
export const identityPolicyFault = (text: string): DomainError | undefined => {
  const policy = readPolicy(text);
  if (isDomainError(policy)) return policy;
  if (policy.version === undefined) {
    return malformedPolicy('Policy document must be version 2012-10-17 or greater.');
  }
  for (const statement of policy.statements) {
    const fault = identityStatementFault(statement);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

const principalForms: readonly RegExp[] = [
  /^\*$/,
  /^\d{12}$/,
  /^arn:aws[\w-]*:iam::\d{12}:(?:root|user\/.+|role\/.+)$/,
  /^arn:aws[\w-]*:sts::\d{12}:(?:assumed-role|federated-user)\/.+$/,
  // What AWS puts in the place of a user or role that was deleted.
  /^A[IR][DO]A[A-Z0-9]{10,}$/,
];

const federatedForms: readonly RegExp[] = [
  /^arn:aws[\w-]*:iam::\d{12}:(?:oidc|saml)-provider\/.+$/,
  /^[\w-]+(?:\.[\w-]+)+$/,
];

const badPrincipal = (principals: Principals): DomainError | undefined => {
  const aws = principals.AWS.find((name) => !principalForms.some((form) => form.test(name)));
  if (aws !== undefined) return malformedPolicy(`Invalid principal in policy: "AWS":"${aws}"`);
  // AWS's words; whether such a provider is there is not looked up.
  if (principals.Federated.some((name) => !federatedForms.some((form) => form.test(name)))) {
    return malformedPolicy('Federated principals must be valid domain names or SAML metadata ARNs');
  }
  const service = principals.Service.find(
    (name) =>
      !/^[\w-]+(?:\.[\w-]+)*\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal)$/.test(name),
  );
  return service === undefined
    ? undefined
    : malformedPolicy(`Invalid principal in policy: "SERVICE":"${service}"`);
};

const trustStatementFault = (statement: Statement): DomainError | undefined => {
  if (statement.resources !== undefined || statement.notResources !== undefined) {
    return malformedPolicy('Has prohibited field Resource');
  }
  const principals = statement.principals ?? statement.notPrincipals;
  if (principals === undefined) return malformedPolicy('Missing required field Principal');
  const actions = statement.actions ?? statement.notActions ?? [];
  if (actions.length === 0) return malformedPolicy('Missing required field Action');
  if (actions.some((action) => action !== '*' && !/^sts:/i.test(action))) {
    return malformedPolicy('AssumeRole policy may only specify STS AssumeRole actions.');
  }
  return badPrincipal(principals);
};

/**
 * What is wrong with a policy that says who may assume a role. That a user or role of another account is there is not
 * looked up.
 */
export const trustPolicyFault = (text: string): DomainError | undefined => {
  const policy = readPolicy(text);
  if (isDomainError(policy)) return policy;
  for (const statement of policy.statements) {
    const fault = trustStatementFault(statement);
    if (fault !== undefined) return fault;
  }
  return undefined;
};
