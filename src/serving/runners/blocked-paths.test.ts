import { expect, test } from 'vitest';
import { testNetwork } from '../../aws/ec2/traffic/test-network.ts';
import { blockedSubnetPaths } from './blocked-paths.ts';

test('a subnet is told of whose NAT gateway is in a lost zone, for as long as it is lost', async () => {
  const network = await testNetwork();
  const natGatewayId = network.natGateway(network.publicSubnetId);
  const { world } = network.it;
  expect(blockedSubnetPaths(world)).toEqual([]);
  const zoneId = network.place(network.publicSubnetId, [network.group('any')]).zoneId;
  const mend = network.it.breakDown(`zone/${zoneId}`, 'power');
  expect(blockedSubnetPaths(world)).toEqual([
    {
      what: `subnet ${network.privateSubnetId} to the Internet`,
      detail: `the zone ${zoneId} of the NAT gateway ${natGatewayId} has no power`,
    },
  ]);
  mend();
  expect(blockedSubnetPaths(world)).toEqual([]);
});
