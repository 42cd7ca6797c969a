import type {
  CancelSpotInstanceRequestsRequest,
  CancelSpotInstanceRequestsResult,
  DescribeSpotInstanceRequestsRequest,
  DescribeSpotInstanceRequestsResult,
  RequestSpotInstancesRequest,
  RequestSpotInstancesResult,
} from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { addTags, tagsForType } from '../../shared/tags.ts';
import { describeResources, resourcesByIds } from '../describe.ts';
import { invalidParameterValue, kinds, missingParameter, notBuilt } from '../errors.ts';
import { Instances } from '../instances/instance-entities.ts';
import { beginTermination, userShutdown } from '../instances/instance-lifecycle.ts';
import { checkLaunch } from '../instances/instances.ts';
import { SpotRequests, type SpotRequest, type SpotTerms } from './entities.ts';
import { checkBehavior, checkSpotType, readBehavior, readMaxPrice } from './market-options.ts';
import { requestAnswer, requestFields } from './request-answer.ts';
import { scheduleEvaluation, scheduleForgetting } from './request-life.ts';
import { addRequest, putRequest } from './request-states.ts';

type Input = Plain<RequestSpotInstancesRequest>;

/** "By default, the request is valid for 7 days from the date the request was created" (API Reference). */
const usualValidityMs = 7 * 86_400_000;

const mostRequests = 1000;

const unbuilt = ['LaunchGroup', 'AvailabilityZoneGroup', 'BlockDurationMinutes'] as const;

const termsOf = (tx: Tx, input: Input): SpotTerms | DomainError => {
  const missing = unbuilt.find((name) => input[name] !== undefined && input[name] !== '');
  if (missing !== undefined) return notBuilt(`the parameter ${missing} of RequestSpotInstances`);
  const { Type: type = 'one-time', ValidFrom: validFrom, ValidUntil: validUntil } = input;
  const maxPrice = readMaxPrice(input.SpotPrice);
  if (isDomainError(maxPrice)) return maxPrice;
  const interruptionBehavior = readBehavior(input.InstanceInterruptionBehavior);
  if (isDomainError(interruptionBehavior)) return interruptionBehavior;
  const refusal = checkBehavior(type, interruptionBehavior);
  if (refusal !== undefined) return refusal;
  if (validFrom !== undefined && validFrom <= tx.now) {
    return invalidParameterValue('Invalid valid-from: it must be in the future.');
  }
  if (validUntil !== undefined && validUntil <= Math.max(tx.now, validFrom ?? 0)) {
    return invalidParameterValue(
      'Invalid valid-until: it must be in the future and after valid-from.',
    );
  }
  return {
    type,
    maxPrice,
    interruptionBehavior,
    validFrom: validFrom ?? null,
    validUntil: validUntil ?? (type === 'one-time' ? tx.now + usualValidityMs : null),
  };
};

/** What RunInstances is asked for by a specification; its addressing type is EC2-Classic's and says nothing here. */
const launchOf = (
  specification: NonNullable<Input['LaunchSpecification']>,
): SpotRequest['launch'] => {
  const { AddressingType: _, ...launch } = specification;
  return { ...launch, MinCount: 1, MaxCount: 1 };
};

/** RequestSpotInstances: each of the requests is looked at by itself, a moment later. */
export const requestSpotInstances: Operation<
  RequestSpotInstancesRequest,
  RequestSpotInstancesResult
> = (tx, input) => {
  const { LaunchSpecification: specification, InstanceCount: count = 1 } = input;
  if (specification === undefined) return missingParameter('LaunchSpecification');
  if (count < 1 || count > mostRequests) {
    return invalidParameterValue(
      `Value (${count}) for parameter instanceCount is invalid. It must be from 1 to ${mostRequests}.`,
    );
  }
  const terms = termsOf(tx, input);
  if (isDomainError(terms)) return terms;
  const launch = launchOf(specification);
  const checked = checkLaunch(tx, launch);
  if (isDomainError(checked)) return checked;
  const wrongType = checkSpotType(checked.instanceType);
  if (wrongType !== undefined) return wrongType;
  const tags = tagsForType(input.TagSpecifications, 'spot-instances-request');
  if (isDomainError(tags)) return tags;
  const made: SpotRequest[] = [];
  for (let index = 0; index < count; index++) {
    const request = addRequest(tx, terms, launch);
    scheduleEvaluation(tx, request);
    const refusal = addTags(tx, request.id, 'spot-instances-request', tags);
    if (refusal !== undefined) return refusal;
    made.push(request);
  }
  return { SpotInstanceRequests: made.map((request) => requestAnswer(tx, request)) };
};

/** DescribeSpotInstanceRequests: also those that are over, for two days. */
export const describeSpotInstanceRequests: Operation<
  DescribeSpotInstanceRequestsRequest,
  DescribeSpotInstanceRequestsResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    SpotRequests,
    kinds.spotInstancesRequest,
    { ...input, ids: input.SpotInstanceRequestIds },
    requestFields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    SpotInstanceRequests: page.items.map((request) => requestAnswer(tx, request)),
    NextToken: page.nextToken,
  };
};

/** Cancels one request: an instance that runs stays, one that is stopped goes ("Cancel a Spot Instance request"). */
const cancel = (tx: Tx, request: SpotRequest): SpotRequest => {
  const { state, instanceId } = request;
  if (state === 'closed' || state === 'cancelled' || state === 'failed') return request;
  const instance = instanceId === null ? undefined : tx.get(Instances, instanceId);
  const isHeld = instance !== undefined && instance.state !== 'terminated';
  const cancelled = putRequest(
    tx,
    { ...request, state: 'cancelled' },
    state === 'active' ? 'request-canceled-and-instance-running' : 'canceled-before-fulfillment',
  );
  if (isHeld && (instance.state === 'stopped' || instance.state === 'stopping')) {
    beginTermination(tx, instance, userShutdown);
  } else if (state !== 'active') scheduleForgetting(tx, request.id);
  return cancelled;
};

/** CancelSpotInstanceRequests: all of them, or none. */
export const cancelSpotInstanceRequests: Operation<
  CancelSpotInstanceRequestsRequest,
  CancelSpotInstanceRequestsResult
> = (tx, input) => {
  const { SpotInstanceRequestIds: ids = [] } = input;
  if (ids.length === 0) return missingParameter('SpotInstanceRequestId');
  const requests = resourcesByIds(tx, SpotRequests, kinds.spotInstancesRequest, ids);
  if (isDomainError(requests)) return requests;
  return {
    CancelledSpotInstanceRequests: requests.map((request) => {
      const { id, state } = cancel(tx, request);
      return {
        SpotInstanceRequestId: id,
        State: state === 'failed' || state === 'disabled' ? 'closed' : state,
      };
    }),
  };
};
