import { DomainError } from '../../world/domain-error.ts';

export const noSuchHostedZone = (id: string): DomainError =>
  new DomainError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`);

export const hostedZoneAlreadyExists = (): DomainError =>
  new DomainError(
    'HostedZoneAlreadyExists',
    'A hosted zone has already been created with the specified caller reference.',
  );

export const hostedZoneNotEmpty = (): DomainError =>
  new DomainError(
    'HostedZoneNotEmpty',
    'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
  );

export const invalidDomainName = (reason: string): DomainError =>
  new DomainError('InvalidDomainName', reason);

export const noSuchChange = (id: string): DomainError =>
  new DomainError('NoSuchChange', `A change with the ID ${id} does not exist.`);

export const noSuchHealthCheck = (id: string): DomainError =>
  new DomainError('NoSuchHealthCheck', `A health check with id of ${id} does not exist.`);

export const healthCheckAlreadyExists = (): DomainError =>
  new DomainError(
    'HealthCheckAlreadyExists',
    'A health check has already been created with the specified caller reference.',
  );

export const healthCheckVersionMismatch = (): DomainError =>
  new DomainError(
    'HealthCheckVersionMismatch',
    "The value of HealthCheckVersion in the request doesn't match the value of HealthCheckVersion in the health check.",
  );

export const invalidInput = (message: string): DomainError =>
  new DomainError('InvalidInput', message);

/** Each message is about one change of the batch; none of the batch was made. */
export const invalidChangeBatch = (messages: readonly string[]): DomainError =>
  new DomainError('InvalidChangeBatch', `[${messages.join(', ')}]`, { messages });

/** AWS has it, Faultline does not: said plainly rather than pretended. */
export const notBuilt = (what: string): DomainError =>
  new DomainError('NotImplemented', `Faultline has not built ${what} yet.`);
