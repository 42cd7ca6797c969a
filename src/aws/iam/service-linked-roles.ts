import type {
  CreateServiceLinkedRoleRequest,
  CreateServiceLinkedRoleResponse,
  DeleteServiceLinkedRoleRequest,
  DeleteServiceLinkedRoleResponse,
  GetServiceLinkedRoleDeletionStatusRequest,
  GetServiceLinkedRoleDeletionStatusResponse,
} from '@aws-sdk/client-iam';
import { isDomainError } from '../../world/domain-error.ts';
import type { Operation } from '../operation.ts';
import { forgetTags } from '../shared/tags.ts';
import { Roles } from './entities.ts';
import { invalidInput, noSuchDeletionTask, noSuchRole } from './errors.ts';
import { hashHex } from '../../atlas/hash.ts';
import { nameKey } from './identifiers.ts';
import { addRole, roleByName, wholeRole } from './roles.ts';

/** A service that has a role of its own in an account. */
interface LinkedService {
  readonly roleName: string;
  readonly description: string;
  readonly policy: string;
  /** Whether an account may have several, told apart by a suffix. */
  readonly takesSuffix: boolean;
}

/**
 * "Service-linked roles for Amazon EC2 Auto Scaling", Amazon EC2 Auto Scaling User Guide; "Elastic Load Balancing
 * service-linked role", Elastic Load Balancing User Guide.
 */
const linkedServices: Readonly<Record<string, LinkedService>> = {
  'autoscaling.amazonaws.com': {
    roleName: 'AWSServiceRoleForAutoScaling',
    description:
      'Default Service-Linked Role enables access to AWS Services and Resources used or managed by Auto Scaling',
    policy: 'AutoScalingServiceRolePolicy',
    takesSuffix: true,
  },
  'elasticloadbalancing.amazonaws.com': {
    roleName: 'AWSServiceRoleForElasticLoadBalancing',
    description: 'Allows ELB to call AWS services on your behalf.',
    policy: 'AWSElasticLoadBalancingServiceRolePolicy',
    takesSuffix: false,
  },
};

const trustOf = (service: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });

/** CreateServiceLinkedRole. AWS answers InvalidInput when the role is there already. */
export const createServiceLinkedRole: Operation<
  CreateServiceLinkedRoleRequest,
  CreateServiceLinkedRoleResponse
> = (tx, input) => {
  const { AWSServiceName: service = '', CustomSuffix: suffix } = input;
  const linked = Object.hasOwn(linkedServices, service) ? linkedServices[service] : undefined;
  if (linked === undefined) {
    return invalidInput(
      `Faultline has service-linked roles of ${Object.keys(linkedServices).join(' and ')}, not of ${service}.`,
    );
  }
  if (suffix !== undefined && !linked.takesSuffix) {
    return invalidInput(`Custom suffix is not allowed for ${service}`);
  }
  const name = suffix === undefined ? linked.roleName : `${linked.roleName}_${suffix}`;
  if (tx.get(Roles, nameKey(name)) !== undefined) {
    return invalidInput(
      `Service role name ${name} has been taken in this account, please try a different suffix.`,
    );
  }
  const role = addRole(tx, {
    name,
    path: `/aws-service-role/${service}/`,
    trustPolicy: trustOf(service),
    description: input.Description ?? linked.description,
    maxSessionDurationSeconds: 3600,
    permissionsBoundary: null,
    linkedService: service,
  });
  const attached = {
    ...role,
    attachedPolicies: [`arn:aws:iam::aws:policy/aws-service-role/${linked.policy}`],
  };
  tx.put(Roles, attached);
  return { Role: wholeRole(tx, attached) };
};

/** DeleteServiceLinkedRole: here the role is gone at once, whether or not its service still has resources. */
export const deleteServiceLinkedRole: Operation<
  DeleteServiceLinkedRoleRequest,
  DeleteServiceLinkedRoleResponse
> = (tx, input) => {
  const role = roleByName(tx, input.RoleName);
  if (isDomainError(role)) return role;
  if (role.linkedService === null) return noSuchRole(role.name);
  forgetTags(tx, role.arn);
  tx.delete(Roles, role.id);
  return {
    DeletionTaskId: `task/aws-service-role/${role.linkedService}/${role.name}/${hashHex(32, role.roleId)}`,
  };
};

/** GetServiceLinkedRoleDeletionStatus: what DeleteServiceLinkedRole began is done. */
export const getServiceLinkedRoleDeletionStatus: Operation<
  GetServiceLinkedRoleDeletionStatusRequest,
  GetServiceLinkedRoleDeletionStatusResponse
> = (_tx, input) => {
  const { DeletionTaskId: task = '' } = input;
  return /^task\/aws-service-role\/[^/]+\/[^/]+\/[0-9a-f]{32}$/.test(task)
    ? { Status: 'SUCCEEDED' }
    : noSuchDeletionTask(task);
};
