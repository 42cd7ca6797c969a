import type {
  CreateListenerInput,
  CreateListenerOutput,
  DeleteListenerInput,
  DeleteListenerOutput,
  DescribeListenerAttributesInput,
  DescribeListenerAttributesOutput,
  DescribeListenersInput,
  DescribeListenersOutput,
  DescribeRulesInput,
  DescribeRulesOutput,
  Listener as Answer,
  ModifyListenerInput,
  ModifyListenerOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { forgetTags } from '../shared/tags.ts';
import { arnKind, newListenerArn, newRuleArn, quotaIn } from './arns.ts';
import { Listeners, type Listener } from './entities.ts';
import { duplicateListener, notBuilt, ruleNotFound, tooMany, validation } from './errors.ts';
import { actionAnswer, requestedAction } from './listener-actions.ts';
import { existingListener, existingLoadBalancer } from './lookups.ts';
import { page } from './names.ts';
import { checkedTags, tagResource } from './resource-tags.ts';

const answerOf = (listener: Listener): Plain<Answer> => ({
  ListenerArn: listener.id,
  LoadBalancerArn: listener.loadBalancerArn,
  Port: listener.port,
  Protocol: listener.protocol,
  DefaultActions: [actionAnswer(listener.defaultAction)],
});

/** Removes a listener and its tags. */
export const removeListener = (tx: Tx, listener: Listener): void => {
  tx.delete(Listeners, listener.id);
  forgetTags(tx, listener.id);
  forgetTags(tx, listener.defaultRuleArn);
};

interface ListenerPart {
  readonly Protocol?: string | undefined;
  readonly Port?: number | undefined;
  readonly Certificates?: readonly unknown[] | undefined;
  readonly SslPolicy?: string | undefined;
  readonly AlpnPolicy?: readonly string[] | undefined;
  readonly MutualAuthentication?: object | undefined;
}

const partError = (input: ListenerPart): DomainError | undefined => {
  const { Protocol: protocol, Port: port } = input;
  if (protocol === 'HTTPS') return notBuilt('HTTPS listeners');
  if (protocol !== undefined && protocol !== 'HTTP') {
    return validation(`Listener protocol '${protocol}' must be one of 'HTTPS, HTTP'`);
  }
  if (port !== undefined && (port < 1 || port > 65_535)) {
    return validation(`Port '${port}' must be between '1' and '65535' (inclusive)`);
  }
  if ((input.Certificates ?? []).length > 0 || input.SslPolicy !== undefined) {
    return validation('Certificates and SSL policies cannot be specified for HTTP listeners');
  }
  if ((input.AlpnPolicy ?? []).length > 0) {
    return validation('ALPN policies can be specified for TLS listeners only');
  }
  return input.MutualAuthentication === undefined ? undefined : notBuilt('mutual authentication');
};

/** Creates a listener, with its default rule. */
export const createListener: Operation<CreateListenerInput, CreateListenerOutput> = (tx, input) => {
  const loadBalancer = existingLoadBalancer(tx, input.LoadBalancerArn);
  if (isDomainError(loadBalancer)) return loadBalancer;
  const { Protocol: protocol, Port: port } = input;
  if (protocol === undefined) return validation('A listener protocol must be specified');
  if (port === undefined) return validation('A listener port must be specified');
  const refused = partError(input);
  if (refused !== undefined) return refused;
  const tags = checkedTags(input.Tags);
  if (isDomainError(tags)) return tags;
  const others = tx.find(Listeners, 'loadBalancer', loadBalancer.id);
  if (others.some((listener) => listener.port === port)) return duplicateListener(loadBalancer.id);
  if (others.length >= quotaIn(tx, 'listenersPerLoadBalancer')) {
    return tooMany('Listeners', quotaIn(tx, 'listenersPerLoadBalancer'));
  }
  const defaultAction = requestedAction(tx, loadBalancer, input.DefaultActions ?? []);
  if (isDomainError(defaultAction)) return defaultAction;
  const id = newListenerArn(tx, loadBalancer.id);
  const listener: Listener = {
    id,
    loadBalancerArn: loadBalancer.id,
    port,
    protocol: 'HTTP',
    defaultAction,
    defaultRuleArn: newRuleArn(tx, id),
  };
  tx.put(Listeners, listener);
  const failed = tagResource(tx, id, tags);
  if (failed !== undefined) return failed;
  return { Listeners: [answerOf(listener)] };
};

const described = (
  view: View,
  input: Plain<DescribeListenersInput>,
): readonly Listener[] | DomainError => {
  const { LoadBalancerArn: loadBalancerArn, ListenerArns: arns = [] } = input;
  if ((loadBalancerArn === undefined) === (arns.length === 0)) {
    return validation('You must specify either listener ARNs or a load balancer ARN');
  }
  if (loadBalancerArn !== undefined) {
    const loadBalancer = existingLoadBalancer(view, loadBalancerArn);
    if (isDomainError(loadBalancer)) return loadBalancer;
    return view.find(Listeners, 'loadBalancer', loadBalancer.id);
  }
  const found: Listener[] = [];
  for (const arn of arns) {
    const one = existingListener(view, arn);
    if (isDomainError(one)) return one;
    found.push(one);
  }
  return found;
};

/** Listeners by ARN, or all of a load balancer. */
export const describeListeners: Operation<DescribeListenersInput, DescribeListenersOutput> = (
  tx,
  input,
) => {
  const found = described(tx, input);
  if (isDomainError(found)) return found;
  const result = page(found, input);
  if (isDomainError(result)) return result;
  return {
    Listeners: result.items.map(answerOf),
    ...(result.nextToken === undefined ? {} : { NextMarker: result.nextToken }),
  };
};

/** Changes a listener's port or default action; what is not named stays. */
export const modifyListener: Operation<ModifyListenerInput, ModifyListenerOutput> = (tx, input) => {
  const listener = existingListener(tx, input.ListenerArn);
  if (isDomainError(listener)) return listener;
  const refused = partError(input);
  if (refused !== undefined) return refused;
  const loadBalancer = existingLoadBalancer(tx, listener.loadBalancerArn);
  if (isDomainError(loadBalancer)) return loadBalancer;
  const port = input.Port ?? listener.port;
  const others = tx.find(Listeners, 'loadBalancer', loadBalancer.id);
  if (others.some((other) => other.id !== listener.id && other.port === port)) {
    return duplicateListener(loadBalancer.id);
  }
  const defaultAction =
    input.DefaultActions === undefined || input.DefaultActions.length === 0
      ? listener.defaultAction
      : requestedAction(tx, loadBalancer, input.DefaultActions);
  if (isDomainError(defaultAction)) return defaultAction;
  const changed = { ...listener, port, defaultAction };
  tx.put(Listeners, changed);
  return { Listeners: [answerOf(changed)] };
};

/** Deletes a listener. */
export const deleteListener: Operation<DeleteListenerInput, DeleteListenerOutput> = (tx, input) => {
  const listener = existingListener(tx, input.ListenerArn);
  if (isDomainError(listener)) return listener;
  removeListener(tx, listener);
  return {};
};

/** The attributes of an HTTP listener, none of which can be changed yet (API reference, ListenerAttribute). */
export const describeListenerAttributes: Operation<
  DescribeListenerAttributesInput,
  DescribeListenerAttributesOutput
> = (tx, input) => {
  const listener = existingListener(tx, input.ListenerArn);
  if (isDomainError(listener)) return listener;
  return { Attributes: [{ Key: 'routing.http.response.server.enabled', Value: 'true' }] };
};

/** The rules of a listener, or the rules with these ARNs: each listener has its default rule alone. */
export const describeRules: Operation<DescribeRulesInput, DescribeRulesOutput> = (tx, input) => {
  const { ListenerArn: listenerArn, RuleArns: arns = [] } = input;
  if ((listenerArn === undefined) === (arns.length === 0)) {
    return validation('You must specify either listener rule ARNs or a listener ARN');
  }
  const found: Listener[] = [];
  for (const arn of arns) {
    if (arnKind(arn) !== 'listener-rule') return validation(`'${arn}' is not a valid rule ARN`);
    const [one] = tx.find(Listeners, 'rule', arn);
    if (one === undefined) return ruleNotFound();
    found.push(one);
  }
  if (listenerArn !== undefined) {
    const listener = existingListener(tx, listenerArn);
    if (isDomainError(listener)) return listener;
    found.push(listener);
  }
  return {
    Rules: found.map((listener) => ({
      RuleArn: listener.defaultRuleArn,
      Priority: 'default',
      Conditions: [],
      Actions: [actionAnswer(listener.defaultAction)],
      IsDefault: true,
    })),
  };
};
