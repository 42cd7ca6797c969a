import { isDomainError } from '../../../world/domain-error.ts';
import type { Timer, Tx } from '../../../world/transaction.ts';
import { forgetTags } from '../../shared/tags.ts';
import { associate } from '../addresses/associations.ts';
import { elasticIpById } from '../addresses/addresses.ts';
import { draw, durations, terminatedVisibleMs, type Duration } from '../durations.ts';
import { InternetGateways } from '../entities.ts';
import { NetworkInterfaces } from '../instances/instance-entities.ts';
import { removeNetworkInterface } from '../network-interfaces/network-interfaces.ts';
import { NatGateways, type NatGateway, type NatGatewayFailure } from './entities.ts';

const stepKind = 'ec2/nat-gateway-step';
const forgetKind = 'ec2/nat-gateway-forget';

const schedule = (tx: Tx, gatewayId: string, kind: string, delayMs: number): void =>
  tx.setTimer({
    id: `${kind}/${gatewayId}`,
    at: tx.now + delayMs,
    kind,
    payload: gatewayId,
  });

const scheduleStep = (tx: Tx, gatewayId: string, duration: Duration): void =>
  schedule(tx, gatewayId, stepKind, draw(tx, duration));

/** Puts a gateway that is to be provisioned. */
export const beginNatGateway = (tx: Tx, gateway: NatGateway): void => {
  tx.put(NatGateways, gateway);
  scheduleStep(tx, gateway.id, durations.creatingNatGateway);
};

/** Begins to delete one: it goes on working until it is deleted. */
export const beginDeletion = (tx: Tx, gateway: NatGateway): void => {
  tx.put(NatGateways, { ...gateway, state: 'deleting' });
  scheduleStep(tx, gateway.id, durations.deletingNatGateway);
};

/**
 * What keeps a gateway from being made. A public one needs an internet gateway and an Elastic IP that is free; the words
 * are those of the members failureCode and failureMessage (NatGateway, Amazon EC2 API Reference).
 */
const failureOf = (tx: Tx, gateway: NatGateway): NatGatewayFailure | undefined => {
  if (gateway.failure !== null) return gateway.failure;
  if (gateway.connectivityType === 'private') return undefined;
  if (tx.find(InternetGateways, 'vpc', gateway.vpcId).length === 0) {
    return {
      code: 'Gateway.NotAttached',
      message: `Network ${gateway.vpcId} has no Internet gateway attached`,
    };
  }
  const allocationId = gateway.allocationId ?? '';
  const elasticIp = elasticIpById(tx, allocationId);
  if (isDomainError(elasticIp)) {
    return {
      code: 'InvalidAllocationID.NotFound',
      message: `Elastic IP address ${allocationId} could not be associated with this NAT gateway`,
    };
  }
  return elasticIp.association === null
    ? undefined
    : {
        code: 'Resource.AlreadyAssociated',
        message: `Elastic IP address ${allocationId} is already associated`,
      };
};

const letGo = (tx: Tx, gateway: NatGateway): void => {
  if (gateway.networkInterfaceId !== null) removeNetworkInterface(tx, gateway.networkInterfaceId);
  // "Deleted NAT gateways remain visible for about an hour", and so do failed ones (NAT gateways, Amazon VPC User Guide).
  schedule(tx, gateway.id, forgetKind, terminatedVisibleMs);
};

const fail = (tx: Tx, gateway: NatGateway, failure: NatGatewayFailure): void => {
  tx.put(NatGateways, { ...gateway, state: 'failed', failure, deletedAt: tx.now });
  letGo(tx, gateway);
};

const provision = (tx: Tx, gateway: NatGateway): void => {
  const failure = failureOf(tx, gateway);
  if (failure !== undefined) {
    fail(tx, gateway, failure);
    return;
  }
  const networkInterface = tx.get(NetworkInterfaces, gateway.networkInterfaceId ?? '');
  if (networkInterface === undefined) {
    fail(tx, gateway, {
      code: 'InternalError',
      message: `Network interface ${gateway.networkInterfaceId ?? ''}, created and used internally by this NAT gateway is in an invalid state. Please try again.`,
    });
    return;
  }
  const elasticIp = gateway.allocationId === null ? null : elasticIpById(tx, gateway.allocationId);
  if (elasticIp === null || isDomainError(elasticIp)) {
    tx.put(NatGateways, { ...gateway, state: 'available' });
    return;
  }
  const associationId = associate(
    tx,
    elasticIp,
    networkInterface,
    networkInterface.privateIpAddress,
  );
  tx.put(NatGateways, {
    ...gateway,
    state: 'available',
    publicIp: elasticIp.publicIp,
    associationId,
  });
};

/** Deletes one at once; its Elastic IP stays with the account. */
export const endNatGateway = (tx: Tx, gateway: NatGateway): void => {
  tx.put(NatGateways, { ...gateway, state: 'deleted', deletedAt: gateway.deletedAt ?? tx.now });
  letGo(tx, gateway);
};

const gatewayOf = (tx: Tx, { payload }: Timer): NatGateway | undefined =>
  typeof payload === 'string' ? tx.get(NatGateways, payload) : undefined;

const step = (tx: Tx, timer: Timer): void => {
  const gateway = gatewayOf(tx, timer);
  if (gateway === undefined) return;
  if (gateway.state === 'deleting') {
    endNatGateway(tx, gateway);
  } else if (gateway.state === 'pending') {
    // Nobody is there to make it while the zone is lost, so that it is tried again.
    if (tx.conditions.zone(gateway.zoneId).powered) provision(tx, gateway);
    else scheduleStep(tx, gateway.id, durations.creatingNatGateway);
  }
};

const forget = (tx: Tx, timer: Timer): void => {
  const gateway = gatewayOf(tx, timer);
  if (gateway === undefined) return;
  tx.delete(NatGateways, gateway.id);
  forgetTags(tx, gateway.id);
};

/** The timers of NAT gateways' lives. */
export const natGatewayTimers = { [stepKind]: step, [forgetKind]: forget } as const;
