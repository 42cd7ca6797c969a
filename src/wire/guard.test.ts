import { describe, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import type { GuardedRequest } from './guard.ts';

const request = (of: Partial<GuardedRequest>): GuardedRequest => ({
  host: '127.0.0.1:4566',
  origin: undefined,
  fetchSite: undefined,
  token: undefined,
  socket: { remoteAddress: '127.0.0.1', localAddress: '127.0.0.1' },
  ...of,
});

describe('a server that other machines can reach', () => {
  const guard = createGuard(['0.0.0.0'], 's3cret');
  const fromOutside = { remoteAddress: '::ffff:10.0.0.9', localAddress: '::ffff:10.0.0.5' };

  test('answers to the address that a connection came in on, and to no other', () => {
    expect(guard.check(request({ host: '10.0.0.5:4566', socket: fromOutside }))).toBeUndefined();
    expect(guard.check(request({ host: '10.0.0.6:4566', socket: fromOutside }))).toMatchObject({
      status: 403,
    });
  });

  test('opens its admin paths to them with the token alone, whatever Host they write', () => {
    const outside = { host: '127.0.0.1:4566', socket: fromOutside };
    expect(guard.checkAdmin(request(outside))).toMatchObject({ status: 403 });
    expect(guard.checkAdmin(request({ ...outside, token: 's3cret' }))).toBeUndefined();
  });
});

test('without a token set, none opens the admin paths', () => {
  const guard = createGuard([], undefined);
  expect(guard.checkAdmin(request({ host: 'a.example', token: '' }))).toMatchObject({
    status: 403,
  });
});
