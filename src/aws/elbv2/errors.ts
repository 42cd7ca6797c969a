import { DomainError } from '../../world/domain-error.ts';

// Codes are those of the service's model; messages are AWS's, as its users see them.

/** A parameter that the service checks by itself. */
export const validation = (message: string): DomainError =>
  new DomainError('ValidationError', message);

/** An action without the configuration that its type needs (InvalidLoadBalancerAction, Elastic Load Balancing API Reference). */
export const invalidAction = (message: string): DomainError =>
  new DomainError('InvalidLoadBalancerAction', message);

export const invalidConfiguration = (message: string): DomainError =>
  new DomainError('InvalidConfigurationRequest', message);

/** Something that AWS has and Faultline has not. */
export const notBuilt = (what: string): DomainError =>
  new DomainError(
    'NotImplemented',
    `Faultline has not built ${what} of Elastic Load Balancing yet.`,
  );

export const loadBalancerNotFound = (): DomainError =>
  new DomainError('LoadBalancerNotFound', 'One or more load balancers not found');

export const targetGroupNotFound = (): DomainError =>
  new DomainError('TargetGroupNotFound', 'One or more target groups not found');

export const listenerNotFound = (): DomainError =>
  new DomainError('ListenerNotFound', 'One or more listeners not found');

export const ruleNotFound = (): DomainError =>
  new DomainError('RuleNotFound', 'One or more rules not found');

export const duplicateLoadBalancerName = (name: string): DomainError =>
  new DomainError(
    'DuplicateLoadBalancerName',
    `A load balancer with the same name '${name}' exists, but with different settings`,
  );

export const duplicateTargetGroupName = (name: string): DomainError =>
  new DomainError(
    'DuplicateTargetGroupName',
    `A target group with the same name '${name}' exists, but with different settings`,
  );

export const duplicateListener = (loadBalancerArn: string): DomainError =>
  new DomainError(
    'DuplicateListener',
    `A listener already exists on this port for this load balancer '${loadBalancerArn}'`,
  );

export const subnetNotFound = (subnetId: string): DomainError =>
  new DomainError('SubnetNotFound', `The subnet ID '${subnetId}' does not exist`);

export const noInternetGateway = (vpcId: string): DomainError =>
  new DomainError('InvalidSubnet', `VPC ${vpcId} has no internet gateway`);

export const invalidSecurityGroup = (groupId: string): DomainError =>
  new DomainError('InvalidSecurityGroup', `The security group '${groupId}' does not exist`);

export const deletionProtected = (loadBalancerArn: string): DomainError =>
  new DomainError(
    'OperationNotPermitted',
    `Load balancer '${loadBalancerArn}' cannot be deleted because deletion protection is enabled`,
  );

export const targetGroupInUse = (targetGroupArn: string): DomainError =>
  new DomainError(
    'ResourceInUse',
    `Target group '${targetGroupArn}' is currently in use by a listener or a rule`,
  );

export const associationLimit = (targetGroupArn: string): DomainError =>
  new DomainError(
    'TargetGroupAssociationLimit',
    'The following target groups cannot be associated with more than one load balancer: ' +
      targetGroupArn,
  );

export const invalidTarget = (message: string): DomainError =>
  new DomainError('InvalidTarget', message);

export const tooMany = (
  what: 'LoadBalancers' | 'TargetGroups' | 'Listeners' | 'Targets' | 'Tags',
  limit: number,
): DomainError =>
  new DomainError(`TooMany${what}`, `The maximum number of ${what} has been reached: ${limit}`);
