import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain, Service } from '../../operation.ts';
import { followOutboxes } from '../../outbox-delivery.ts';
import { extend } from '../../../world/rules.ts';
import { Receivers } from '../../shared/outbox.ts';
import { about } from '../about.ts';
import { createInstanceWorld, type InstanceWorld } from '../instances/test-instances.ts';
import { prepareDefaultNetwork } from '../network/default-network.ts';
import { createSubnet } from '../network/subnets.ts';
import { createVpc } from '../network/vpcs.ts';
import { present } from '../test-region.ts';
import { transitGatewayTimers } from '../transit-gateways/life.ts';
import { transitPeeringReceivers } from '../transit-gateways/peering-life.ts';
import { peeringReceivers, peeringTimers } from './life.ts';

/** One account in one Region. */
export interface Home {
  readonly region: string;
  readonly account: string;
  call<I, O>(operation: Operation<I, O>, input: Plain<I>): Plain<O>;
  failCode<I, O>(operation: Operation<I, O>, input: Plain<I>): string;
  view(): View;
  /** A VPC with one subnet, `10.N.0.0/24` of `10.N.0.0/16`. */
  vpc(second: number): { readonly vpcId: string; readonly subnetId: string };
}

/** A world for tests of what joins VPCs, seen from several Regions and accounts. */
export interface PeeringWorld {
  readonly it: InstanceWorld;
  home(region: string, account?: string): Home;
}

const homeIn = ({ world }: InstanceWorld, region: string, account: string): Home => {
  const transact = <I, O>(operation: Operation<I, O>, input: Plain<I>): Plain<O> | DomainError =>
    world.transact(region, account, (tx) => {
      prepareDefaultNetwork(tx);
      return operation(tx, input);
    }).output;
  const call = <I, O>(operation: Operation<I, O>, input: Plain<I>): Plain<O> => {
    const output = transact(operation, input);
    if (isDomainError(output)) throw new Error(`${output.code}: ${output.message}`);
    return output;
  };
  return {
    region,
    account,
    call,
    failCode: (operation, input) => {
      const output = transact(operation, input);
      if (isDomainError(output)) return output.code;
      throw new Error(`Expected an error, got ${JSON.stringify(output)}.`);
    },
    view: () => world.view(region, account),
    vpc: (second) => {
      const { Vpc } = call(createVpc, { CidrBlock: `10.${second}.0.0/16` });
      const vpcId = present(Vpc?.VpcId);
      const { Subnet } = call(createSubnet, { VpcId: vpcId, CidrBlock: `10.${second}.0.0/24` });
      return { vpcId, subnetId: present(Subnet?.SubnetId) };
    },
  };
};

export const peeringWorld = async (
  options: { readonly timers?: Service['timers'] } = {},
): Promise<PeeringWorld> => {
  const receivers = Object.entries({ ...peeringReceivers, ...transitPeeringReceivers }).map(
    ([kind, receiver]) => extend(Receivers, kind, receiver),
  );
  const it = await createInstanceWorld({
    ...options,
    services: [
      {
        ...about,
        operations: {},
        extends: receivers,
        timers: { ...peeringTimers, ...transitGatewayTimers },
      },
    ],
  });
  followOutboxes(it.world);
  return { it, home: (region, account = it.account) => homeIn(it, region, account) };
};
