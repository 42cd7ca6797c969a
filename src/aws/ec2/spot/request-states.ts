import type { Tx } from '../../../world/transaction.ts';
import { newResourceId } from '../../shared/ids.ts';
import type { Instance } from '../instances/instance-entities.ts';
import { SpotRequests, type SpotRequest, type SpotTerms } from './entities.ts';

/** Messages by code ("Get the status of a Spot Instance request", Amazon EC2 User Guide). */
const messages = {
  'pending-evaluation':
    'Your Spot request has been submitted for review, and is pending evaluation.',
  fulfilled: 'Your spot request is fulfilled.',
  'not-scheduled-yet': 'Your Spot request will not be evaluated until the scheduled date.',
  'schedule-expired': 'Your Spot request has expired.',
  'capacity-not-available': 'There is no Spot capacity available that matches your request.',
  'price-too-low':
    'Your Spot request price is lower than the minimum required Spot request fulfillment price.',
  'bad-parameters': 'Your Spot request failed due to bad parameters.',
  'canceled-before-fulfillment': 'Your Spot request has been canceled before it was fulfilled.',
  'request-canceled-and-instance-running':
    'Your Spot request is canceled, but your instance is still running.',
  'marked-for-termination': 'Your Spot Instance is marked for termination.',
  'marked-for-stop': 'Your Spot Instance is marked for stop.',
  'instance-terminated-by-user': 'Your Spot Instance was terminated.',
  'instance-terminated-no-capacity':
    'Your Spot Instance was terminated because there is no longer any Spot capacity available.',
  'instance-stopped-by-user': 'Your Spot Instance was stopped.',
  'instance-stopped-no-capacity':
    'Your Spot Instance was stopped because there is no longer any Spot capacity available.',
} as const;

/** The codes of what a request's status can be. */
export type SpotStatusCode = keyof typeof messages;

/** Puts a request that is from now on in this state, with what its status says. */
export const putRequest = (
  tx: Tx,
  request: Omit<SpotRequest, 'status'>,
  code: SpotStatusCode,
  message: string = messages[code],
): SpotRequest => {
  const put: SpotRequest = { ...request, status: { code, message, updatedAt: tx.now } };
  tx.put(SpotRequests, put);
  return put;
};

/** Makes a request; its first instance is yet to come. */
export const addRequest = (
  tx: Tx,
  terms: SpotTerms,
  launch: SpotRequest['launch'],
): SpotRequest => {
  // What is asked once and for all of many is not asked again for the one that comes later.
  const { InstanceMarketOptions: _, ClientToken: __, TagSpecifications: tags, ...own } = launch;
  return putRequest(
    tx,
    {
      ...terms,
      id: newResourceId(tx, 'sir'),
      state: 'open',
      launch: {
        ...own,
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: (tags ?? []).filter(
          ({ ResourceType: type }) => type !== 'spot-instances-request',
        ),
      },
      createdAt: tx.now,
      instanceId: null,
      zoneId: null,
      fault: null,
    },
    'pending-evaluation',
  );
};

/** A request that holds an instance, from the moment that it has it. */
export const fulfil = (tx: Tx, request: SpotRequest, instance: Instance): SpotRequest =>
  putRequest(
    tx,
    { ...request, state: 'active', instanceId: instance.id, zoneId: instance.zoneId },
    'fulfilled',
  );
