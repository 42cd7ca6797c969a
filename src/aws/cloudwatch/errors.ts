import { DomainError } from '../../world/domain-error.ts';

// Codes are those of the query protocol, which newer protocols carry too; messages are AWS's, as its users see them.

/** A parameter of an alarm that the service checks by itself. */
export const validation = (message: string): DomainError =>
  new DomainError('ValidationError', message);

/** A parameter of metric data that the service checks by itself. */
export const invalidValue = (message: string): DomainError =>
  new DomainError('InvalidParameterValue', message);

export const invalidCombination = (message: string): DomainError =>
  new DomainError('InvalidParameterCombination', message);

export const missingParameter = (message: string): DomainError =>
  new DomainError('MissingParameter', message);

/** An alarm that SetAlarmState or DeleteAlarms names and that is not there. */
export const alarmNotFound = (name: string): DomainError =>
  new DomainError('ResourceNotFound', `Unknown alarm(s): ${name}`);

/** A resource that tags are asked of. */
export const resourceNotFound = (arn: string): DomainError =>
  new DomainError('ResourceNotFoundException', `Unknown resource: ${arn}`, {
    ResourceType: 'cloudwatch:alarm',
    ResourceId: arn,
  });

/** Something that AWS has and Faultline has not. */
export const notBuilt = (what: string): DomainError =>
  new DomainError('NotImplemented', `Faultline has not built ${what} of CloudWatch yet.`);
