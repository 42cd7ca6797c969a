import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { discoverPortRule, portRule } from './ports.ts';

test.each([
  [1, 80, 80],
  [1, 8080, 8080],
  [1024, 80, 10_080],
  [1024, 1023, 11_023],
  [1024, 1024, 1024],
  [80, 80, 80],
  [80, 22, 10_022],
])('where ports from %i on are open, %i is %i', (firstOpenPort, port, real) => {
  expect(portRule(firstOpenPort).realPort(port)).toBe(real);
});

test('an offset is always told', () => {
  expect(portRule(1).notice).toBeUndefined();
  expect(portRule(1024).notice).toContain('80 is 10080');
});

test('finds a rule by which this user may listen, wherever the host allows it', async () => {
  const rule = await discoverPortRule('127.0.0.1');
  expect(rule.firstOpenPort).toBeLessThanOrEqual(1024);
  const server = createServer().listen(rule.realPort(2), '127.0.0.1');
  await once(server, 'listening');
  server.close();
});
