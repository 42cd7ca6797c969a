import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Plain } from '../operation.ts';
import {
  groupsOfAction,
  Listeners,
  type ForwardGroup,
  type ListenerAction,
  type LoadBalancer,
} from './entities.ts';
import {
  associationLimit,
  invalidAction,
  invalidConfiguration,
  notBuilt,
  validation,
} from './errors.ts';
import { redirectPartError } from './redirect-parts.ts';
import { existingTargetGroup } from './lookups.ts';

type ActionInput = Plain<Action>;

const forwardGroups = (input: ActionInput): readonly ForwardGroup[] | DomainError => {
  const { TargetGroupArn: arn, ForwardConfig: config } = input;
  if (config?.TargetGroupStickinessConfig?.Enabled === true) {
    return notBuilt('stickiness between target groups');
  }
  const groups = config?.TargetGroups ?? [];
  if (groups.length === 0) {
    return arn === undefined
      ? invalidAction('A forward action needs a target group')
      : [{ targetGroupArn: arn, weight: 1 }];
  }
  if (arn !== undefined && (groups.length > 1 || groups[0]?.TargetGroupArn !== arn)) {
    return invalidConfiguration(
      'You can specify both a target group ARN and a forward configuration only if they name the same target group',
    );
  }
  if (groups.length > 5) return validation('A maximum of 5 target groups can be specified');
  const forward = groups.map((group) => ({
    targetGroupArn: group.TargetGroupArn ?? '',
    weight: group.Weight ?? 1,
  }));
  if (forward.some(({ weight }) => weight < 0 || weight > 999)) {
    return validation("The weight of a target group must be between '0' and '999' (inclusive)");
  }
  if (new Set(forward.map((group) => group.targetGroupArn)).size < forward.length) {
    return validation('A target group can be specified only once in a forward action');
  }
  return forward;
};

/** The groups must exist, in the load balancer's VPC, and belong to no other load balancer. */
const groupsError = (
  view: View,
  loadBalancer: LoadBalancer,
  groups: readonly ForwardGroup[],
): DomainError | undefined => {
  for (const { targetGroupArn } of groups) {
    const group = existingTargetGroup(view, targetGroupArn);
    if (isDomainError(group)) return group;
    if (group.vpcId !== loadBalancer.vpcId) {
      return invalidConfiguration(
        `The following target groups are not in the VPC of load balancer '${loadBalancer.id}': ${targetGroupArn}`,
      );
    }
    const users = view.find(Listeners, 'targetGroup', targetGroupArn);
    if (users.some((listener) => listener.loadBalancerArn !== loadBalancer.id)) {
      return associationLimit(targetGroupArn);
    }
  }
  return undefined;
};

const contentTypes: readonly string[] = [
  'text/plain',
  'text/css',
  'text/html',
  'application/javascript',
  'application/json',
];

const fixedResponse = (input: ActionInput): ListenerAction | DomainError => {
  const config = input.FixedResponseConfig;
  if (config === undefined) {
    return invalidAction('A fixed-response action needs its configuration');
  }
  const { StatusCode: code = '', ContentType: type, MessageBody: body } = config;
  if (!/^[245]\d\d$/.test(code)) {
    return validation(`The status code '${code}' must be a 2XX, 4XX or 5XX code`);
  }
  if (type !== undefined && !contentTypes.includes(type)) {
    return validation(`The content type '${type}' must be one of '${contentTypes.join(', ')}'`);
  }
  if ((body ?? '').length > 1024) {
    return validation("The message body cannot be longer than '1024' characters");
  }
  return {
    type: 'fixed-response',
    statusCode: Number(code),
    contentType: type ?? null,
    body: body ?? null,
  };
};

const redirect = (input: ActionInput): ListenerAction | DomainError => {
  const config = input.RedirectConfig;
  if (config === undefined) return invalidAction('A redirect action needs its configuration');
  const action = {
    type: 'redirect',
    statusCode: config.StatusCode === 'HTTP_301' ? 301 : 302,
    protocol: config.Protocol ?? '#{protocol}',
    host: config.Host ?? '#{host}',
    port: config.Port ?? '#{port}',
    path: config.Path ?? '/#{path}',
    query: config.Query ?? '#{query}',
  } as const;
  const { protocol, host, port, path } = action;
  if ([protocol, host, port, path].join(' ') === '#{protocol} #{host} #{port} /#{path}') {
    return invalidConfiguration(
      'A redirect must change at least one of protocol, host, port and path',
    );
  }
  return redirectPartError(action) ?? action;
};

/** A listener's default action out of a request: exactly one. */
export const requestedAction = (
  view: View,
  loadBalancer: LoadBalancer,
  inputs: readonly ActionInput[],
): ListenerAction | DomainError => {
  const [input, ...others] = inputs;
  if (input === undefined) return validation('A default action must be specified');
  if (others.length > 0) {
    return notBuilt('more than one action, which authentication would need');
  }
  switch (input.Type) {
    case 'forward': {
      const groups = forwardGroups(input);
      if (isDomainError(groups)) return groups;
      return groupsError(view, loadBalancer, groups) ?? { type: 'forward', groups };
    }
    case 'fixed-response':
      return fixedResponse(input);
    case 'redirect':
      return redirect(input);
    case undefined:
      return validation('The type of the action must be specified');
    case 'authenticate-cognito':
    case 'authenticate-oidc':
    case 'jwt-validation':
      return notBuilt(`actions of type '${input.Type}'`);
  }
};

/** An action as answers carry it. */
export const actionAnswer = (action: ListenerAction): Plain<Action> => {
  switch (action.type) {
    case 'forward': {
      const [only, ...others] = groupsOfAction(action);
      return {
        Type: 'forward',
        ...(others.length === 0 && only !== undefined ? { TargetGroupArn: only } : {}),
        ForwardConfig: {
          TargetGroups: action.groups.map((group) => ({
            TargetGroupArn: group.targetGroupArn,
            Weight: group.weight,
          })),
          TargetGroupStickinessConfig: { Enabled: false },
        },
      };
    }
    case 'fixed-response':
      return {
        Type: 'fixed-response',
        FixedResponseConfig: {
          StatusCode: String(action.statusCode),
          ...(action.contentType === null ? {} : { ContentType: action.contentType }),
          ...(action.body === null ? {} : { MessageBody: action.body }),
        },
      };
    case 'redirect':
      return {
        Type: 'redirect',
        RedirectConfig: {
          StatusCode: `HTTP_${action.statusCode}`,
          Protocol: action.protocol,
          Host: action.host,
          Port: action.port,
          Path: action.path,
          Query: action.query,
        },
      };
  }
};
