import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteSecurityGroupCommand,
  DeleteVpcCommand,
  DescribeImagesCommand,
  EC2Client,
  EC2ServiceException,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { entriesOf } from './ledger.ts';
import type { Entry, Home } from './ledger.ts';
import type { Random } from './random.ts';

/** A client of the SDK as users have it, but for retries: a retry would hide what was acknowledged. */
export const createClient = (endpoint: string, home: Home): EC2Client =>
  new EC2Client({
    endpoint,
    region: home.region,
    credentials: { accessKeyId: home.account, secretAccessKey: 'test' },
    maxAttempts: 1,
  });

const idOf = (id: string | undefined): string => {
  if (id === undefined) throw new Error('the answer has no id');
  return id;
};

/** An image of Amazon's to launch instances from. */
export const findImage = async (client: EC2Client): Promise<string> => {
  const { Images = [] } = await client.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
  const image = Images.find(({ Architecture }) => Architecture === 'x86_64');
  return idOf(image?.ImageId);
};

/** One writer: what it needs to act. */
export interface Writer {
  readonly client: EC2Client;
  readonly home: Home;
  readonly random: Random;
  /** An image of the Region to launch from. */
  readonly imageId: string;
  /** Keys of this writer's own, so that two writers never race for the value of one. */
  readonly tagKeys: readonly string[];
  /** A name that no other resource has. */
  readonly nextName: () => string;
}

/** Few VPCs: with those under way they stay below the quota of an account. */
const maximum = { vpc: 2, 'security-group': 40, instance: 10 };

const named = (name: string): { readonly Key: string; readonly Value: string }[] => [
  { Key: 'Name', Value: name },
  { Key: 'owner', Value: 'crash-test' },
];

const remember = (home: Home, entry: Pick<Entry, 'kind' | 'id' | 'name' | 'reservation'>): void => {
  const tags = new Map(named(entry.name).map(({ Key, Value }) => [Key, Value]));
  home.entries.set(entry.id, { ...entry, fate: 'present', tags, openTags: new Map() });
};

/** Makes something under a name that counts as open until it is acknowledged. */
const make = async <T>(
  writer: Writer,
  run: (name: string) => Promise<T>,
): Promise<readonly [string, T]> => {
  const name = writer.nextName();
  writer.home.openNames.add(name);
  const answer = await run(name);
  writer.home.openNames.delete(name);
  return [name, answer];
};

const createVpc = async (writer: Writer): Promise<void> => {
  const { client, home, random } = writer;
  if (entriesOf(home, 'vpc', 'present').length >= maximum.vpc) return deleteVpc(writer);
  const [name, { Vpc }] = await make(writer, (name) =>
    client.send(
      new CreateVpcCommand({
        CidrBlock: `10.${random.below(200)}.0.0/16`,
        TagSpecifications: [{ ResourceType: 'vpc', Tags: named(name) }],
      }),
    ),
  );
  remember(home, { kind: 'vpc', id: idOf(Vpc?.VpcId), name });
};

const isOfVpc = (name: string, vpc: Entry): boolean => name.startsWith(`${vpc.id}/`);

/** Only a VPC without groups of its own can go; a group that may or may not be there keeps it. */
const deleteVpc = async ({ client, home }: Writer): Promise<void> => {
  const names = [...home.entries.values()]
    .filter(({ fate }) => fate !== 'absent')
    .map(({ name }) => name);
  const vpc = entriesOf(home, 'vpc', 'present').find(
    (candidate) =>
      candidate.openTags.size === 0 &&
      ![...names, ...home.openNames].some((name) => isOfVpc(name, candidate)),
  );
  if (vpc === undefined) return;
  vpc.fate = 'unknown';
  await client.send(new DeleteVpcCommand({ VpcId: vpc.id }));
  vpc.fate = 'absent';
};

const createGroup = async (writer: Writer): Promise<void> => {
  const { client, home, random } = writer;
  const vpc = random.pick(entriesOf(home, 'vpc', 'present'));
  if (vpc === undefined) return createVpc(writer);
  if (entriesOf(home, 'security-group', 'present').length >= maximum['security-group']) {
    return deleteGroup(writer);
  }
  const own: Writer = { ...writer, nextName: () => `${vpc.id}/${writer.nextName()}` };
  const [name, { GroupId }] = await make(own, (name) =>
    client.send(
      new CreateSecurityGroupCommand({
        VpcId: vpc.id,
        GroupName: name.replace('/', ' '),
        Description: 'made by the crash test',
        TagSpecifications: [{ ResourceType: 'security-group', Tags: named(name) }],
      }),
    ),
  );
  remember(home, { kind: 'security-group', id: idOf(GroupId), name });
};

const deleteGroup = async ({ client, home, random }: Writer): Promise<void> => {
  const groups = entriesOf(home, 'security-group', 'present');
  // One that is just being tagged stays: its tag would be refused.
  const group = random.pick(groups.filter(({ openTags }) => openTags.size === 0));
  if (group === undefined) return;
  group.fate = 'unknown';
  await client.send(new DeleteSecurityGroupCommand({ GroupId: group.id }));
  group.fate = 'absent';
};

const tag = async ({ client, home, random, tagKeys, nextName }: Writer): Promise<void> => {
  const entry = random.pick([
    ...entriesOf(home, 'vpc', 'present'),
    ...entriesOf(home, 'security-group', 'present'),
  ]);
  if (entry === undefined) return;
  const [key, value] = [random.pick(tagKeys) ?? '', nextName()];
  entry.openTags.set(key, value);
  await client.send(
    new CreateTagsCommand({ Resources: [entry.id], Tags: [{ Key: key, Value: value }] }),
  );
  entry.openTags.delete(key);
  entry.tags.set(key, value);
};

const runInstances = async (writer: Writer): Promise<void> => {
  const { client, home, random, imageId } = writer;
  if (entriesOf(home, 'instance', 'present').length >= maximum.instance) return terminate(writer);
  const size = 1 + random.below(3);
  const [name, { Instances = [], ReservationId }] = await make(writer, (name) =>
    client.send(
      new RunInstancesCommand({
        ImageId: imageId,
        InstanceType: 't3.micro',
        MinCount: size,
        MaxCount: size,
        TagSpecifications: [{ ResourceType: 'instance', Tags: named(name) }],
      }),
    ),
  );
  for (const { InstanceId } of Instances) {
    const reservation = { id: idOf(ReservationId), size };
    remember(home, { kind: 'instance', id: idOf(InstanceId), name, reservation });
  }
};

const terminate = async ({ client, home, random }: Writer): Promise<void> => {
  const first = random.pick(entriesOf(home, 'instance', 'present'));
  if (first === undefined) return;
  const all = entriesOf(home, 'instance', 'present').filter(({ name }) => name === first.name);
  for (const entry of all) entry.fate = 'unknown';
  await client.send(new TerminateInstancesCommand({ InstanceIds: all.map(({ id }) => id) }));
  for (const entry of all) entry.fate = 'absent';
};

/** What a writer does, each as often as it stands here. */
const actions = [
  createVpc,
  createGroup,
  createGroup,
  createGroup,
  tag,
  tag,
  tag,
  tag,
  deleteGroup,
  runInstances,
];

/**
 * Acts until `isOver` or until the connection breaks. Rejects when the API answers an error: the writers do
 * nothing that it should refuse.
 */
export const write = async (writer: Writer, isOver: () => boolean): Promise<void> => {
  while (!isOver()) {
    const action = writer.random.pick(actions) ?? tag;
    try {
      await action(writer);
    } catch (error) {
      if (error instanceof EC2ServiceException) throw error;
      // The process was killed under the call: nobody knows what became of it.
      return;
    }
  }
};
