import { echo, WireFault } from './fault.ts';
import type { Member } from './shape.ts';
import type { Constraint, Step, Violation } from './validate.ts';

/** `LoadBalancerName` as AWS's messages write it: `loadBalancerName`. */
export const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** `filters` as EC2's requests write it: `Filters`. */
const upperFirst = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The name of a member in an EC2 request, by the rule of the ec2 protocol (botocore, `EC2Serializer`). */
export const ec2RequestName = (member: Member): string =>
  member.queryName ?? upperFirst(member.locationName ?? member.name);

const display = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(display).join(', ')}]`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : JSON.stringify(value);
};

/** The words that AWS's services share for a broken rule of their model ("1 validation error detected: ..."). */
const constraintWords = (constraint: Constraint): string => {
  switch (constraint.rule) {
    case 'required':
      return 'Member must not be null';
    case 'enum':
      return `Member must satisfy enum value set: [${[...constraint.allowed].join(', ')}]`;
    case 'pattern':
      return `Member must satisfy regular expression pattern: ${constraint.pattern}`;
    case 'min-length':
      return `Member must have length greater than or equal to ${constraint.bound}`;
    case 'max-length':
      return `Member must have length less than or equal to ${constraint.bound}`;
    case 'min-value':
      return `Member must have value greater than or equal to ${constraint.bound}`;
    case 'max-value':
      return `Member must have value less than or equal to ${constraint.bound}`;
  }
};

const sharedPath = (path: readonly Step[]): string =>
  path
    .map((step) => {
      if (typeof step === 'number') return `${step}.member`;
      return typeof step === 'string' ? `${step}.member` : lowerFirst(step.name);
    })
    .join('.');

const sharedWords = (violation: Violation): readonly string[] => {
  const value = violation.value === undefined ? 'null' : `'${echo(display(violation.value))}'`;
  const at = `Value ${value} at '${sharedPath(violation.path)}' failed to satisfy constraint: `;
  const words = violation.constraints.map(constraintWords);
  return violation.ofElements
    ? [`${at}Member must satisfy constraint: [${words.join(', ')}]`]
    : words.map((one) => `${at}${one}`);
};

/**
 * The answer of AWS's services on query, json and rest protocols to an input that breaks their model. The
 * code is the protocol's (`ValidationError`, `ValidationException`, `InvalidInput`). Source of the words:
 * errors of Elastic Load Balancing, Systems Manager and others as users quote them, for example aws-cli issue
 * 5843 and config-db pull request 35.
 */
export const sharedViolationFault = (violations: readonly Violation[], code: string): WireFault => {
  const words = violations.flatMap(sharedWords);
  const count = `${words.length} validation error${words.length === 1 ? '' : 's'} detected: `;
  return new WireFault(code, count + words.join('; '), 400);
};

const ec2RequestPath = (path: readonly Step[]): string =>
  path.map((step) => (typeof step === 'object' ? ec2RequestName(step) : String(step))).join('.');

const ec2ParameterName = (path: readonly Step[]): string => {
  const member = path.findLast((step) => typeof step === 'object');
  return member === undefined ? '' : lowerFirst(member.locationName ?? member.name);
};

/** Why EC2 finds a value invalid; empty where its answer ends with "is invalid.". */
const ec2Reason = (constraint: Constraint): string => {
  switch (constraint.rule) {
    case 'required':
      return '';
    case 'enum': {
      const allowed = [...constraint.allowed];
      return allowed.length > 20 ? '' : ` Valid values: ${allowed.join(', ')}.`;
    }
    case 'pattern':
      return ` Expecting a value of the form ${constraint.pattern}.`;
    case 'min-length':
      return ` Expecting a length of at least ${constraint.bound}.`;
    case 'max-length':
      return ` Expecting a length of at most ${constraint.bound}.`;
    // "Value ( 3 ) for parameter maxResults is invalid. Expecting a value greater than 5." is EC2's answer
    // though 5 itself is accepted (aws-sdk-ruby pull request 2575).
    case 'min-value':
      return ` Expecting a value greater than ${constraint.bound}.`;
    case 'max-value':
      return ` Expecting a value smaller than ${constraint.bound}.`;
  }
};

/**
 * EC2's answer to an input that breaks its model: it names the first violation alone. Sources: "Error codes
 * for the Amazon EC2 API" (MissingParameter, InvalidParameterValue) and aws-sdk-ruby pull request 2575. The
 * reason after "is invalid." is ours where EC2's own words are not known.
 */
export const ec2ViolationFault = (violation: Violation): WireFault => {
  const constraint = violation.constraints[0];
  if (constraint === undefined || constraint.rule === 'required') {
    return new WireFault(
      'MissingParameter',
      `The request must contain the parameter ${ec2RequestPath(violation.path)}`,
      400,
    );
  }
  const range = constraint.rule === 'min-value' || constraint.rule === 'max-value';
  const value = echo(display(violation.value));
  return new WireFault(
    'InvalidParameterValue',
    `Value (${range ? ` ${value} ` : value}) for parameter ${ec2ParameterName(violation.path)} is invalid.${ec2Reason(constraint)}`,
    400,
  );
};
