import { expect, it } from 'vitest';
import { ownerKey, ownerOfKey, type Owner } from './owners.ts';

const arn =
  'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188';

const owners: readonly (readonly [key: string, owner: Owner])[] = [
  [`node/${arn}/use1-az1`, { kind: 'node', loadBalancerArn: arn, zoneId: 'use1-az1' }],
  ['instance/i-0123456789abcdef0', { kind: 'instance', instanceId: 'i-0123456789abcdef0' }],
  ['public/i-0123456789abcdef0', { kind: 'public', instanceId: 'i-0123456789abcdef0' }],
  [
    'address/eipalloc-0123456789abcdef0',
    { kind: 'address', allocationId: 'eipalloc-0123456789abcdef0' },
  ],
];

it.each(owners)(
  'keeps the owner of an address in the journal as %s, and reads it back',
  (key, owner) => {
    expect(ownerKey(owner)).toBe(key);
    expect(ownerOfKey(key)).toEqual(owner);
  },
);

it.each(['', 'i-0123456789abcdef0', 'database/orders'])('takes %j for no owner', (key) => {
  expect(() => ownerOfKey(key)).toThrow('no owner of a loopback address');
});
