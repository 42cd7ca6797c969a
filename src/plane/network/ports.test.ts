import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { discoverPortRule, portRule } from './ports.ts';

test.each([
  [1, 80, 80],
  [1, 8080, 8080],
  [1024, 80, 20_080],
  [1024, 1023, 21_023],
  [1024, 1024, 1024],
  [80, 80, 80],
  [80, 22, 20_022],
])('where ports from %i on are open, %i is %i', (firstOpenPort, port, real) => {
  expect(portRule(firstOpenPort).realPort(port)).toBe(real);
});

/** Of the WHATWG Fetch Standard, "Port blocking", those that no privileged port is. */
const blockedPorts = [
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
  6679, 6697, 10_080,
];

test('no privileged port becomes one that browsers and fetch refuse', () => {
  const rule = portRule(1024);
  const reals = Array.from({ length: 1023 }, (_, index) => rule.realPort(index + 1));
  expect(reals.filter((real) => blockedPorts.includes(real))).toEqual([]);
});

test('an offset is always told', () => {
  expect(portRule(1).notice).toBeUndefined();
  expect(portRule(1024).notice).toContain('80 is 20080');
});

test('finds a rule by which this user may listen, wherever the host allows it', async () => {
  const rule = await discoverPortRule('127.0.0.1');
  expect(rule.firstOpenPort).toBeLessThanOrEqual(1024);
  const server = createServer().listen(rule.realPort(2), '127.0.0.1');
  await once(server, 'listening');
  server.close();
});
