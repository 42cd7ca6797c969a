import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { AwsClients } from '../support/aws-clients.ts';
import { given } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { letEveryoneIn } from '../support/let-everyone-in.ts';

/** What the server below answers. */
export interface ServerAnswer {
  /** Requests since its boot: its memory. */
  readonly requests: number;
  /** Boots since its disk was made. */
  readonly boots: number;
  readonly instanceId: string;
  readonly zoneId: string;
}

/** The port that the server listens on. */
export const serverPort = 8080;

/** User data: a web server that counts in its memory and on its disk, and asks the metadata service where it is. */
export const serverProgram = `#!/usr/bin/env node
const fs = require('node:fs');
const http = require('node:http');
const boots = (fs.existsSync('boots') ? Number(fs.readFileSync('boots', 'utf8')) : 0) + 1;
fs.writeFileSync('boots', String(boots));
const metadata = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT.replace(/\\/$/, '') + '/latest/';
let requests = 0;
(async () => {
  const token = await (await fetch(metadata + 'api/token', {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
  })).text();
  const ask = async (path) => (await fetch(metadata + 'meta-data/' + path, {
    headers: { 'x-aws-ec2-metadata-token': token },
  })).text();
  const [instanceId, zoneId] = [await ask('instance-id'), await ask('placement/availability-zone-id')];
  http.createServer((request, response) => {
    requests += 1;
    response.end(JSON.stringify({ requests, boots, instanceId, zoneId }));
  }).listen(${serverPort}, process.env.HOST, () => console.log('listening in ' + zoneId));
})();
`;

/** The newest Amazon Linux of a Region. */
export const newestImage = async (aws: AwsClients): Promise<string> => {
  const { Parameter } = await aws.ssm.getParameter({
    Name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
  });
  return given(Parameter?.Value);
};

/** Launches one instance in a default subnet, with this user data; everyone reaches it, unless it has groups of its own. */
export const launchWith = async (
  aws: AwsClients,
  userData: string,
  more: Partial<RunInstancesCommandInput> = {},
): Promise<string> => {
  await letEveryoneIn(aws.ec2);
  const { Instances } = await aws.ec2.runInstances({
    ImageId: await newestImage(aws),
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    UserData: Buffer.from(userData).toString('base64'),
    ...more,
  });
  return given(Instances?.[0]?.InstanceId);
};

/** The state of an instance, as DescribeInstances tells it. */
export const stateOf = async (aws: AwsClients, id: string): Promise<string | undefined> => {
  const { Reservations } = await aws.ec2.describeInstances({ InstanceIds: [id] });
  return Reservations?.[0]?.Instances?.[0]?.State?.Name;
};

/** Launches one server in the default subnet of each zone and waits until they run. */
export const launchServers = async (
  aws: AwsClients,
  zoneIds: readonly string[],
): Promise<readonly string[]> => {
  const { Subnets = [] } = await aws.ec2.describeSubnets();
  const ids: string[] = [];
  for (const zoneId of zoneIds) {
    const subnet = Subnets.find(({ AvailabilityZoneId }) => AvailabilityZoneId === zoneId);
    ids.push(await launchWith(aws, serverProgram, { SubnetId: given(subnet?.SubnetId) }));
  }
  for (const id of ids) await eventually(async () => (await stateOf(aws, id)) === 'running');
  return ids;
};
