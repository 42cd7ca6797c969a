import { expect, test } from 'vitest';
import { readMetadata } from './instance-metadata.ts';
import { testMetadata } from './test-specification.ts';

test('an instance with a second interface and secondary addresses learns of all of them', () => {
  const { networkInterface, securityGroups } = testMetadata;
  const metadata = {
    ...testMetadata,
    interfaces: [
      {
        ...networkInterface,
        deviceIndex: 0,
        addresses: [{ address: '10.0.1.7', publicAddress: '52.1.2.3' }, { address: '10.0.1.8' }],
        privateHostname: 'ip-10-0-1-7.eu-west-1.compute.internal',
        securityGroups,
      },
      {
        ...networkInterface,
        deviceIndex: 1,
        id: 'eni-2',
        mac: '02:00:00:00:00:02',
        addresses: [{ address: '10.0.1.9' }, { address: '10.0.1.10', publicAddress: '52.1.2.4' }],
        privateHostname: 'ip-10-0-1-9.eu-west-1.compute.internal',
        securityGroups,
      },
    ],
  };
  const at = (path: string): string | undefined =>
    readMetadata(metadata, `/latest/meta-data/network/interfaces/macs/${path}`, false);
  expect(at('')).toBe(`${networkInterface.mac}/\n02:00:00:00:00:02/`);
  expect(at(`${networkInterface.mac}/local-ipv4s`)).toBe('10.0.1.7\n10.0.1.8');
  expect(at('02:00:00:00:00:02/device-number')).toBe('1');
  expect(at('02:00:00:00:00:02/public-ipv4s')).toBe('52.1.2.4');
  expect(at('02:00:00:00:00:02/ipv4-associations/52.1.2.4')).toBe('10.0.1.10');
});
