import { afterEach, expect, it } from 'vitest';
import {
  configurationOf,
  eventually,
  NodeUnderTest,
  startServer,
  targetAt,
} from './node-under-test.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

it('tells at the end of a minute what was passed on in it, and nothing of minutes without traffic', async () => {
  const target = await startServer((request, response) => {
    response.statusCode = request.url === '/broken' ? 500 : 200;
    response.end();
  });
  cleanUps.push(target.close);
  // A minute of the world is a tenth of a second; where in a minute it begins is not known.
  const balancer = new NodeUnderTest(600);
  cleanUps.push(() => balancer.node.close());
  balancer.node.configure(configurationOf([targetAt(target.port)]));
  const url = `http://127.0.0.1:${await balancer.port()}`;
  const seen = (): readonly number[] =>
    (['2XX', '5XX'] as const).map((kind) =>
      balancer.traffic.reduce((sum, { groups }) => sum + (groups[0]?.answers[kind] ?? 0), 0),
    );
  for (const path of ['/', '/', '/broken']) await (await fetch(url + path)).text();
  await eventually('three requests are told', () => seen().join() === '2,1' || undefined);
  expect(balancer.traffic.every(({ minuteAt }) => minuteAt % 60_000 === 0)).toBe(true);
  expect(balancer.traffic.reduce((sum, { groups }) => sum + (groups[0]?.requests ?? 0), 0)).toBe(3);
  const times = balancer.traffic.flatMap(({ groups }) => groups[0]?.responseSeconds ?? []);
  expect(times.reduce((sum, [, count]) => sum + count, 0)).toBe(3);
  const told = balancer.traffic.length;
  const later = balancer.clock.now() + 5 * 60_000;
  await eventually('minutes pass', () => balancer.clock.now() > later || undefined);
  expect(balancer.traffic.length).toBe(told);
});
