import { join } from 'node:path';
import type { InstanceSpecification } from './driver.ts';
import type { InstanceMetadata } from './instance-metadata.ts';

/** What tests of this folder say an instance is. */
export const testMetadata: InstanceMetadata = {
  instanceId: 'i-0123456789abcdef0',
  imageId: 'ami-0abc',
  instanceType: 't3.micro',
  architecture: 'x86_64',
  account: '000000000000',
  region: 'eu-west-1',
  zoneName: 'eu-west-1b',
  zoneId: 'euw1-az3',
  reservationId: 'r-1',
  launchIndex: 2,
  pendingTimeMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  privateAddress: '10.0.1.7',
  privateHostname: 'ip-10-0-1-7.eu-west-1.compute.internal',
  publicAddress: '52.1.2.3',
  publicHostname: 'ec2-52-1-2-3.eu-west-1.compute.amazonaws.com',
  networkInterface: {
    id: 'eni-1',
    mac: '02:00:00:00:00:01',
    subnetId: 'subnet-1',
    subnetCidr: '10.0.1.0/24',
    vpcId: 'vpc-1',
    vpcCidrs: ['10.0.0.0/16', '10.1.0.0/16'],
  },
  securityGroups: [
    { id: 'sg-1', name: 'web' },
    { id: 'sg-2', name: 'ssh' },
  ],
  keyPair: { name: 'me', publicKey: 'ssh-ed25519 AAAA me' },
  rootDeviceName: '/dev/xvda',
  volumeDeviceNames: ['/dev/sdf'],
  tags: { Name: 'web one', Stage: 'test' },
  options: { httpEndpoint: 'enabled', httpTokens: 'optional', instanceMetadataTags: 'enabled' },
};

/** An instance for tests, its disk below `directory`. */
export const testSpecification = (
  directory: string,
  instanceId: string,
  userData: string | Uint8Array | undefined,
  changes: Partial<InstanceSpecification> = {},
): InstanceSpecification => ({
  instanceId,
  region: testMetadata.region,
  zoneId: testMetadata.zoneId,
  account: testMetadata.account,
  instanceType: testMetadata.instanceType,
  imageId: testMetadata.imageId,
  address: '127.0.0.1',
  privateAddress: testMetadata.privateAddress,
  diskDirectory: join(directory, instanceId),
  userData: typeof userData === 'string' ? new TextEncoder().encode(userData) : userData,
  environment: {},
  tags: {},
  metadata: () => ({ ...testMetadata, instanceId }),
  ...changes,
});
