import { DomainError } from '../../world/domain-error.ts';

// Codes are those of the service's model; messages are AWS's, as its users see them.

/** A parameter that the service checks by itself. */
export const validation = (message: string): DomainError =>
  new DomainError('ValidationError', message);

/** Something that AWS has and Faultline has not. */
export const notBuilt = (what: string): DomainError =>
  new DomainError('NotImplemented', `Faultline has not built ${what} of Auto Scaling yet.`);

export const groupNotFound = (name: string): DomainError =>
  validation(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);

export const groupExists = (name: string): DomainError =>
  new DomainError(
    'AlreadyExists',
    `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
  );

export const configurationNotFound = (name: string): DomainError =>
  validation(`Launch configuration name not found - Launch configuration ${name} not found`);

export const configurationExists = (name: string): DomainError =>
  new DomainError(
    'AlreadyExists',
    `Launch Configuration by this name already exists - A launch configuration already exists with the name ${name}`,
  );

export const instanceNotManaged = (id: string): DomainError =>
  validation(`Instance Id not found - No managed instance found for instance ID: ${id}`);

export const instanceNotInGroup = (id: string, group: string): DomainError =>
  validation(`The instance ${id} is not part of Auto Scaling group ${group}.`);

export const activityInProgress = (message: string): DomainError =>
  new DomainError('ScalingActivityInProgress', message);

export const resourceInUse = (message: string): DomainError =>
  new DomainError('ResourceInUse', message);

export const refreshInProgress = (): DomainError =>
  new DomainError(
    'InstanceRefreshInProgress',
    'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
  );

export const noActiveRefresh = (group: string): DomainError =>
  new DomainError(
    'ActiveInstanceRefreshNotFound',
    `No in progress, baking, pending, or cancelling Instance Refresh found for Auto Scaling group ${group}`,
  );

export const irreversibleRefresh = (message: string): DomainError =>
  new DomainError('IrreversibleInstanceRefresh', message);

export const limitExceeded = (message: string): DomainError =>
  new DomainError('LimitExceeded', message);
