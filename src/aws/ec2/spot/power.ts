import { DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Instance } from '../instances/instance-entities.ts';
import { SpotRequests } from './entities.ts';

/** Why a Spot Instance cannot be stopped: only a persistent request can start it again. The words are EC2's. */
export const spotStopObjection = (view: View, instance: Instance): DomainError | undefined => {
  if (instance.spotRequestId === undefined || instance.state !== 'running') return undefined;
  const request = view.get(SpotRequests, instance.spotRequestId);
  return request?.type === 'persistent'
    ? undefined
    : new DomainError(
        'UnsupportedOperation',
        `You can't stop the Spot Instance '${instance.id}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
      );
};

/** Why a stopped Spot Instance cannot be started: one that EC2 has stopped starts by itself. */
export const spotStartObjection = (view: View, instance: Instance): DomainError | undefined => {
  if (instance.spotRequestId === undefined) return undefined;
  const request = view.get(SpotRequests, instance.spotRequestId);
  return request?.state === 'disabled'
    ? undefined
    : new DomainError(
        'IncorrectSpotRequestState',
        `The Spot Instance '${instance.id}' cannot be started: its Spot Instance request is in the state '${request?.state ?? 'closed'}'. Amazon EC2 starts an instance that it has stopped itself.`,
      );
};
