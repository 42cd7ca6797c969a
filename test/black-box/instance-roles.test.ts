import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsClients, given } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';

const region = 'eu-west-1';
let world: Running;

beforeAll(async () => {
  // Signatures are verified, so that a secret that fits to nothing would show.
  world = await startReady({ driver: 'process', speed: 20, others: ['--strict-auth'] });
});
afterAll(async () => {
  await stop(world);
});

const sdk = createRequire(import.meta.url);

/** User data: unmodified clients of the AWS SDK, which find endpoint and credentials by themselves. */
const program = `#!/usr/bin/env node
const { STS } = require(${JSON.stringify(sdk.resolve('@aws-sdk/client-sts'))});
const { EC2 } = require(${JSON.stringify(sdk.resolve('@aws-sdk/client-ec2'))});
(async () => {
  const { Arn } = await new STS({}).getCallerIdentity({});
  const { Reservations = [] } = await new EC2({}).describeInstances({});
  const ids = Reservations.flatMap((one) => one.Instances.map((instance) => instance.InstanceId));
  console.log('seen ' + JSON.stringify({ Arn, ids }) + ' end');
})();
`;

it('a program in an instance calls as the role of the instance', async () => {
  const { ec2, iam } = awsClients(world.endpoint, { region });
  await iam.createRole({
    RoleName: 'reader',
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    }),
  });
  await iam.createInstanceProfile({ InstanceProfileName: 'reader' });
  await iam.addRoleToInstanceProfile({ InstanceProfileName: 'reader', RoleName: 'reader' });
  const { Images = [] } = await ec2.describeImages({
    Owners: ['amazon'],
    Filters: [{ Name: 'architecture', Values: ['x86_64'] }],
  });
  const { Instances = [] } = await ec2.runInstances({
    ImageId: given(Images[0]?.ImageId),
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    IamInstanceProfile: { Name: 'reader' },
    UserData: Buffer.from(program).toString('base64'),
  });
  const InstanceId = given(Instances[0]?.InstanceId);
  const seen = await eventually(async () => {
    const { Output = '' } = await ec2.getConsoleOutput({ InstanceId, Latest: true });
    const text = Buffer.from(Output, 'base64').toString();
    const found = /seen (\{.*\}) end/.exec(text);
    if (found === null) throw new Error(`The console has: ${text}`);
    return JSON.parse(found[1] ?? '') as unknown;
  }, 60_000);
  expect(seen).toEqual({
    Arn: `arn:aws:sts::${world.ready.account}:assumed-role/reader/${InstanceId}`,
    ids: [InstanceId],
  });
});
