import { describe, expect, it } from 'vitest';
import { createInstanceWorld } from '../ec2/instances/test-instances.ts';
import { describeSubnets } from '../ec2/network/subnets.ts';
import { createListener } from './listeners.ts';
import { createLoadBalancer } from './load-balancers.ts';
import { elbv2 } from './service.ts';

type Actions = NonNullable<Parameters<typeof createListener>[1]['DefaultActions']>;

const newBalancer = async () => {
  const world = await createInstanceWorld({ timers: elbv2.timers });
  const Subnets = (world.call(describeSubnets, {}).Subnets ?? [])
    .slice(0, 2)
    .map(({ SubnetId = '' }) => SubnetId);
  const LoadBalancerArn = world.call(createLoadBalancer, { Name: 'web', Subnets })
    .LoadBalancers?.[0]?.LoadBalancerArn;
  let port = 1000;
  const listener = (DefaultActions: Actions) => {
    port += 1;
    return { LoadBalancerArn, Protocol: 'HTTP', Port: port, DefaultActions } as const;
  };
  const redirect = (config: object) =>
    listener([{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301', ...config } }]);
  return {
    made: (config: object) => world.call(createListener, redirect(config)).Listeners,
    refused: (config: object) => world.fail(createListener, redirect(config)),
    refusedWith: (...actions: Actions) => world.fail(createListener, listener(actions)).code,
  };
};

describe('a redirect', () => {
  it.each([
    [{ Path: 'example/path' }, 'Path'],
    [{ Path: '/#{nope}' }, 'Path'],
    [{ Path: '/#{query}' }, 'Path'],
    [{ Path: '/#{path}/#{path}' }, 'Path'],
    [{ Port: '70000' }, 'Port'],
    [{ Port: '0' }, 'Port'],
    [{ Port: '080' }, 'Port'],
    [{ Port: 'x' }, 'Port'],
    [{ Port: '#{host}' }, 'Port'],
    [{ Host: '#{nope}.test' }, 'Host'],
    [{ Host: '#{path}' }, 'Host'],
    [{ Path: '/x', Query: '#{nope}' }, 'Query'],
  ])('is refused: %j', async (config, part) => {
    const { refused } = await newBalancer();
    expect(refused(config)).toMatchObject({
      code: 'ValidationError',
      message: expect.stringContaining(`The ${part} parameter`),
    });
  });

  it.each([
    { Path: '/#{host}/#{port}/#{path}' },
    { Port: '65535' },
    { Host: 'example.#{host}' },
    { Path: '/x', Query: '#{query}&value=xyz' },
  ])('is taken: %j', async (config) => {
    const { made } = await newBalancer();
    expect(made(config)).toMatchObject([{ DefaultActions: [{ RedirectConfig: config }] }]);
  });
});

describe('an action without its configuration', () => {
  it.each(['redirect', 'forward', 'fixed-response'] as const)('is refused: %s', async (Type) => {
    const { refusedWith } = await newBalancer();
    expect(refusedWith({ Type })).toBe('InvalidLoadBalancerAction');
  });
});
