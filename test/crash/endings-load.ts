import { Resolver } from 'node:dns/promises';
import { callAdmin } from '../support/faultline-admin.ts';
import type { Running } from '../support/faultline-process.ts';
import type { Random } from './random.ts';

const region = 'us-east-1';
const image = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

/** What the load saw. */
export interface Seen {
  /** Calls that were answered as they should be. */
  answered: number;
  /** Calls that were told that their world has ended. */
  tooLate: number;
  /** Instances that were acknowledged, by id, with the time at which they were asked for. */
  readonly launched: Map<string, number>;
  /** Answers that nobody should get. */
  readonly problems: string[];
}

/** Nothing seen yet. */
export const nothingSeen = (): Seen => ({
  answered: 0,
  tooLate: 0,
  launched: new Map(),
  problems: [],
});

/** One of the query protocol's calls, as it goes over the wire: an SDK would be slower and would try again. */
export const callEc2 = async (
  endpoint: string,
  action: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> => {
  const scope = `test/20260101/${region}/ec2/aws4_request`;
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams({ Action: action, Version: '2016-11-15', ...parameters }),
  });
  return { status: response.status, text: await response.text() };
};

/** The texts of all elements of that name. */
export const elements = (xml: string, name: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text);

interface Load {
  readonly running: Running;
  readonly random: Random;
  readonly seen: Seen;
}

const anyOf = ({ random, seen }: Load): string => random.pick([...seen.launched.keys()]) ?? 'i-0';

/** A reset may have taken what a call names, so that it is refused; that it fails, or is not answered, is wrong. */
const call = async (
  { running, seen }: Load,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string | undefined> => {
  const { status, text } = await callEc2(running.endpoint, action, parameters);
  if (status === 503) {
    seen.tooLate += 1;
    if (!text.includes('<Code>ServiceUnavailable</Code>'))
      seen.problems.push(`${action}: a 503 that says ${text}`);
    return undefined;
  }
  seen.answered += 1;
  if (status >= 500) seen.problems.push(`${action}: ${status} ${text}`);
  return status === 200 ? text : undefined;
};

const launch = async (load: Load): Promise<void> => {
  const askedAt = performance.now();
  const count = String(1 + load.random.below(20));
  const parameters = { ImageId: image, InstanceType: 't3.micro', MinCount: count, MaxCount: count };
  const text = await call(load, 'RunInstances', parameters);
  for (const id of elements(text ?? '', 'instanceId')) load.seen.launched.set(id, askedAt);
};

const snapshot = async (load: Load): Promise<void> => {
  const made = await call(load, 'CreateVolume', { AvailabilityZone: `${region}a`, Size: '1' });
  const [volume] = elements(made ?? '', 'volumeId');
  if (volume !== undefined) await call(load, 'CreateSnapshot', { VolumeId: volume });
};

const admin = async (
  { running, seen }: Load,
  method: string,
  path: string,
  body?: unknown,
): Promise<void> => {
  const { status, body: answer } = await callAdmin(running.endpoint, method, path, body);
  if (status === 503) seen.tooLate += 1;
  else seen.answered += 1;
  if (status >= 500 && status !== 503)
    seen.problems.push(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
};

/** A zone that breaks and is mended: everything in it follows. */
const breakZone = async (load: Load): Promise<void> => {
  const fault = { target: 'use1-az2', effect: 'power' };
  const { body } = await callAdmin<{ readonly id?: string }>(
    load.running.endpoint,
    'POST',
    '/faults',
    fault,
  );
  if (body.id !== undefined) await admin(load, 'DELETE', `/faults/${body.id}`);
};

/** Names of instances are answered by the world, and take a loopback address when they are asked for first. */
const resolve = async ({ running }: Load): Promise<void> => {
  const resolver = new Resolver({ timeout: 300, tries: 1 });
  resolver.setServers([`127.0.0.1:${running.dnsPort}`]);
  // What there is no answer to is no matter here: it is that the world lives on.
  await Promise.allSettled([resolver.resolve4('example.com'), resolver.resolve4('a.example.org')]);
};

const actions: readonly ((load: Load) => Promise<unknown>)[] = [
  launch,
  launch,
  launch,
  snapshot,
  resolve,
  breakZone,
  (load) => call(load, 'DescribeInstances', {}),
  (load) => call(load, 'TerminateInstances', { 'InstanceId.1': anyOf(load) }),
  (load) => call(load, 'GetConsoleOutput', { InstanceId: anyOf(load) }),
  (load) => admin(load, 'GET', `/address?of=${anyOf(load)}&port=80`),
  (load) => admin(load, 'PUT', '/clock', { speed: 1 + load.random.below(1000) }),
  (load) => admin(load, 'GET', '/world'),
];

/** Whether an error is that of a connection which a process at its end has cut. */
const isCut = (error: unknown): boolean =>
  error instanceof TypeError && error.message === 'fetch failed';

/** Does one thing after the other until it is over. */
export const loadWorld = async (load: Load, isOver: () => boolean): Promise<void> => {
  while (!isOver()) {
    const action = load.random.pick(actions);
    try {
      await action?.(load);
    } catch (error) {
      if (!isOver() || !isCut(error)) load.seen.problems.push(String(error));
      if (isCut(error)) return;
    }
  }
};
