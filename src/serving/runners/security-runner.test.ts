import { expect, test } from 'vitest';
import { SecurityGroups } from '../../aws/ec2/entities.ts';
import { authorizeSecurityGroupIngress } from '../../aws/ec2/network/security-group-rules.ts';
import { terminateInstances } from '../../aws/ec2/instances/instances.ts';
import { createInstanceWorld } from '../../aws/ec2/instances/test-instances.ts';
import type { NetworkCuts, Observation, SecurityRules } from '../../plane/compute/driver.ts';
import { SecurityRunner } from './security-runner.ts';

/** A network that takes down what it is told. */
const recordedNetwork = () => {
  const rules: (readonly [string, SecurityRules | undefined])[] = [];
  const cuts: (readonly [string, NetworkCuts])[] = [];
  const listeners = new Set<(observation: Observation) => void>();
  return {
    rules,
    cuts,
    booted: (instanceId: string) => {
      for (const listener of listeners) listener({ kind: 'booted', instanceId });
    },
    driver: {
      observe: (listener: (observation: Observation) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    network: {
      applyRules: (instanceId: string, told: SecurityRules | undefined) => {
        rules.push([instanceId, told]);
        return Promise.resolve(undefined);
      },
      cut: (region: string, told: NetworkCuts) => {
        cuts.push([region, told]);
        return Promise.resolve(undefined);
      },
    },
  };
};

test('tells machines their rules when they change, and again when they have booted', async () => {
  const it = await createInstanceWorld();
  const [id = ''] = it.launch();
  const told = recordedNetwork();
  const runner = new SecurityRunner({
    world: it.world,
    driver: told.driver,
    network: told.network,
    soon: (work) => work(),
    onProblem: () => undefined,
  });
  const before = told.rules.length;
  expect(told.rules.at(-1)?.[1]?.outbound).toEqual([{ protocol: 'all', peers: ['0.0.0.0/0'] }]);
  const GroupId = it.view().list(SecurityGroups)[0]?.id;
  const IpPermissions = [
    { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '172.31.0.0/16' }] },
  ];
  it.call(authorizeSecurityGroupIngress, { GroupId, IpPermissions });
  expect(told.rules).toHaveLength(before + 1);
  expect(told.rules.at(-1)?.[0]).toBe(id);
  expect(told.rules.at(-1)?.[1]?.inbound).toContainEqual({
    protocol: 'tcp',
    ports: { from: 80, to: 80 },
    peers: ['172.31.0.0/16'],
  });
  told.booted(id);
  expect(told.rules).toHaveLength(before + 2);
  runner.stop();
  it.call(terminateInstances, { InstanceIds: [id] });
  expect(told.rules).toHaveLength(before + 2);
});

test('cuts a zone without network from the others, and an instance from all', async () => {
  const it = await createInstanceWorld();
  const [id = ''] = it.launch();
  const told = recordedNetwork();
  const runner = new SecurityRunner({
    world: it.world,
    driver: told.driver,
    network: told.network,
    soon: (work) => work(),
    onProblem: () => undefined,
  });
  expect(told.cuts).toEqual([['us-east-1', { zonePairs: [], instanceIds: [] }]]);
  const mendZone = it.breakDown('zone/use1-az1', 'network');
  const pairs = told.cuts.at(-1)?.[1].zonePairs ?? [];
  expect(pairs).toHaveLength(5);
  expect(pairs.every((pair) => pair.includes('use1-az1'))).toBe(true);
  mendZone();
  expect(told.cuts.at(-1)?.[1].zonePairs).toEqual([]);
  it.breakDown(`instance/${id}`, 'network');
  expect(told.cuts.at(-1)?.[1].instanceIds).toEqual([id]);
  runner.stop();
});
