import type { Timer, Tx } from '../../../world/transaction.ts';
import { deleteResource } from '../delete-resource.ts';
import { releasePublicAddress } from '../addresses/public-addresses.ts';
import { draw, durations, terminatedVisibleMs } from '../durations.ts';
import { CustomerGateways, VpnConnections, VpnGateways } from './entities.ts';
import { forgetPropagation } from './propagation.ts';

const stepKind = 'ec2/vpn-step';
const forgetKind = 'ec2/vpn-forget';

/** What was begun on a virtual private gateway or a connection ends a little later. */
export const scheduleVpnStep = (tx: Tx, id: string): void =>
  tx.setTimer({
    id: `${stepKind}/${id}`,
    at: tx.now + draw(tx, durations.changingVpn),
    kind: stepKind,
    payload: id,
  });

/** What is `deleted` is shown for a while. */
export const scheduleForgetting = (tx: Tx, id: string): void =>
  tx.setTimer({
    id: `${forgetKind}/${id}`,
    at: tx.now + terminatedVisibleMs,
    kind: forgetKind,
    payload: id,
  });

const stepGateway = (tx: Tx, id: string): void => {
  const gateway = tx.get(VpnGateways, id);
  if (gateway === undefined || gateway.attachment === null) return;
  const { vpcId, state } = gateway.attachment;
  if (state === 'attaching') {
    tx.put(VpnGateways, { ...gateway, attachment: { vpcId, state: 'attached' } });
  } else if (state === 'detaching') {
    forgetPropagation(tx, vpcId, id);
    tx.put(VpnGateways, { ...gateway, attachment: { vpcId, state: 'detached' } });
  }
};

const stepConnection = (tx: Tx, id: string): void => {
  const connection = tx.get(VpnConnections, id);
  if (connection?.state === 'pending') {
    tx.put(VpnConnections, { ...connection, state: 'available' });
  } else if (connection?.state === 'deleting') {
    for (const tunnel of connection.tunnels) releasePublicAddress(tx, tunnel.outsideIpAddress);
    tx.put(VpnConnections, { ...connection, state: 'deleted' });
    scheduleForgetting(tx, id);
  }
};

const step = (tx: Tx, { payload }: Timer): void => {
  if (typeof payload !== 'string') return;
  if (payload.startsWith('vgw-')) stepGateway(tx, payload);
  else stepConnection(tx, payload);
};

const forget = (tx: Tx, { payload }: Timer): void => {
  if (typeof payload !== 'string') return;
  if (payload.startsWith('vgw-')) deleteResource(tx, VpnGateways, payload);
  else if (payload.startsWith('cgw-')) deleteResource(tx, CustomerGateways, payload);
  else deleteResource(tx, VpnConnections, payload);
};

/** The timers of gateways and connections. */
export const vpnTimers = { [stepKind]: step, [forgetKind]: forget } as const;
