import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given } from '../support/aws-clients.ts';
import type { AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { breakTarget, httpAnswer, realSocket } from '../support/faultline-admin.ts';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { launchWith, serverPort, stateOf } from './web-server.ts';

let world: Running;
let here: AwsClients;

beforeAll(async () => {
  world = await startReady({ driver: 'process', speed: 20 });
  here = awsClients(world.endpoint);
});
afterAll(async () => {
  await stop(world);
});

/** A server that says what its metadata service says of its end. */
const script = `#!/usr/bin/env node
const http = require('node:http');
const metadata = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT.replace(/\\/$/, '') + '/latest/';
http.createServer(async (request, response) => {
  const token = await (await fetch(metadata + 'api/token', {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
  })).text();
  const told = {};
  for (const path of ['instance-life-cycle', 'spot/instance-action', 'spot/termination-time',
    'events/recommendations/rebalance']) {
    const answer = await fetch(metadata + 'meta-data/' + path, {
      headers: { 'x-aws-ec2-metadata-token': token },
    });
    told[path] = answer.status === 200 ? await answer.text() : answer.status;
  }
  response.end(JSON.stringify(told));
}).listen(${serverPort}, process.env.HOST);
`;

describe('a Spot Instance', () => {
  it('learns from its metadata service that it will be taken, two minutes ahead, and is', async () => {
    const id = await launchWith(here, script, { InstanceMarketOptions: { MarketType: 'spot' } });
    await eventually(async () => (await stateOf(here, id)) === 'running');
    const told = async (): Promise<Readonly<Record<string, string | number>> | undefined> => {
      const answer = await httpAnswer(await realSocket(world.endpoint, id, serverPort));
      // The server of this test answers nothing else.
      return typeof answer === 'string'
        ? undefined
        : (JSON.parse(answer.text) as Readonly<Record<string, string | number>>);
    };
    expect(await eventually(told)).toEqual({
      'instance-life-cycle': 'spot',
      'spot/instance-action': 404,
      'spot/termination-time': 404,
      'events/recommendations/rebalance': 404,
    });
    await breakTarget(world.endpoint, `instance/${id}`, 'spot');
    const notice = given(await told());
    const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
    expect(notice['spot/termination-time']).toMatch(moment);
    expect(JSON.parse(String(notice['spot/instance-action']))).toEqual({
      action: 'terminate',
      time: notice['spot/termination-time'],
    });
    const { noticeTime } = JSON.parse(String(notice['events/recommendations/rebalance'])) as {
      readonly noticeTime: string;
    };
    const noticeMs = Date.parse(String(notice['spot/termination-time'])) - Date.parse(noticeTime);
    expect(noticeMs).toBe(120_000);
    await eventually(async () => (await stateOf(here, id)) === 'terminated', 30_000);
    const { SpotInstanceRequests } = await here.ec2.describeSpotInstanceRequests();
    expect(SpotInstanceRequests).toMatchObject([
      { InstanceId: id, State: 'closed', Status: { Code: 'instance-terminated-no-capacity' } },
    ]);
  });
});
