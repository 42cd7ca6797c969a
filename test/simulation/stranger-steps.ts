import { allServices } from '../../scripts/all-services.ts';
import { baseImagesOf } from '../../src/aws/ec2/images/base-images.ts';
import { serviceModel, type ServiceModel } from '../../src/wire/model.ts';
import type { Shape, StructureShape } from '../../src/wire/shape.ts';
import { violationsOf } from '../../src/wire/validate.ts';
import { partitionShard } from '../../src/world/entity.ts';
import { call, newName, once, oneOf, strangersAccount, type Run } from './run.ts';

/** The wire models of all services: what input may reach an operation at all. */
const models: ReadonlyMap<string, ServiceModel> = new Map(
  await Promise.all(allServices.map(async ({ name }) => [name, await serviceModel(name)] as const)),
);

const words = [
  '',
  'x',
  'name',
  '10.0.0.0/16',
  '10.0.0.0/28',
  '0.0.0.0/0',
  '::/0',
  '10.0.0.5',
  '10.0.0.0/24',
  '80',
  '-1',
  'tcp',
  'HTTP',
  'true',
  'default',
  'example.test',
  't3.micro',
  'us-east-1',
  'use1-az1',
  '000000000000',
  'i-0123456789abcdef0',
  '../..',
  '\u0000',
  'é'.repeat(130),
] as const;

const numbers = [0, 1, 2, 5, 80, 100, 1000, 65_535, 65_536, -1, 2 ** 31 - 1] as const;

/** Ids, names and addresses that stand anywhere in the world: the stranger's own and others'. */
const textsInWorld = (run: Run, region: string): readonly string[] => {
  const { world } = run.simulated;
  const texts: string[] = [];
  for (const change of [...world.contents(region), ...world.contents(partitionShard)]) {
    if (change.op !== 'put') continue;
    if (change.account !== strangersAccount && !once(run, 10)) continue;
    for (const value of Object.values(change.entity)) {
      if (typeof value === 'string') texts.push(value);
    }
  }
  return texts;
};

/** What the texts of a member begin with, by the end of its name: so that a call finds what it asks for. */
const beginnings: readonly (readonly [RegExp, RegExp])[] = [
  [/vpcids?$/i, /^vpc-/],
  [/subnet(id)?s?$|subnetids$/i, /^subnet-/],
  [/(securitygroups?|groups?|groupids?)$/i, /^sg-/],
  [/instanceids?$/i, /^i-/],
  [/gatewayids?$/i, /^igw-/],
  [/routetableids?$/i, /^rtb-/],
  [/associationids?$/i, /^(rtbassoc|aclassoc)-/],
  [/networkaclids?$/i, /^acl-/],
  [/networkinterfaceids?$/i, /^eni-/],
  [/securitygroupruleids?$/i, /^sgr-/],
  [/keypairids?$/i, /^key-/],
  [/loadbalancerarns?$/i, /:loadbalancer\//],
  [/targetgrouparns?$/i, /:targetgroup\//],
  [/listenerarns?$/i, /:listener\//],
  [/resourcearns?$/i, /^arn:/],
  [/^resources?$/i, /^[a-z]+-[0-9a-f]{8,17}$/],
  [/hostedzoneid$|^id$/i, /^Z[0-9A-Z]+$/],
  [/healthcheckid$/i, /^[0-9a-f]{8}-[0-9a-f]{4}-/],
  [/cidr(block|ip)?$/i, /^[0-9.]+\/\d+$/],
];

interface Source {
  readonly run: Run;
  readonly texts: readonly string[];
}

const textOf = ({ run, texts }: Source, shape: Shape, name: string): string => {
  if (shape.type === 'string' && shape.enumeration !== undefined && !once(run, 20)) {
    return run.random.pick([...shape.enumeration]) ?? '';
  }
  const beginning = beginnings.find(([member]) => member.test(name))?.[1];
  const fitting = beginning === undefined ? [] : texts.filter((text) => beginning.test(text));
  if (fitting.length > 0 && !once(run, 8)) return run.random.pick(fitting) ?? '';
  return run.random.pick(once(run, 2) ? words : texts) ?? 'x';
};

const valueOf = (source: Source, shape: Shape, name: string, depth: number): unknown => {
  const { run } = source;
  switch (shape.type) {
    case 'structure':
      return inputOf(source, shape, depth + 1);
    case 'list':
      return Array.from({ length: once(run, 4) ? run.random.below(4) : 1 }, () =>
        valueOf(source, shape.element, name, depth + 1),
      );
    case 'map':
      return {
        [textOf(source, shape.key, name)]: valueOf(source, shape.value, name, depth + 1),
      };
    case 'string':
      return textOf(source, shape, name);
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return run.random.pick(numbers);
    case 'boolean':
      return once(run, 2);
    case 'timestamp':
      return run.simulated.clock.now() - 1000 * run.random.below(100_000);
    case 'blob':
      return new Uint8Array(run.random.below(40));
  }
};

const inputOf = (
  source: Source,
  shape: StructureShape,
  depth: number,
): Readonly<Record<string, unknown>> => {
  const chance = oneOf(source.run, [2, 4, 8, 20]);
  const members = shape.members.filter(
    (member) => member.required || (depth < 5 && once(source.run, chance)),
  );
  return Object.fromEntries(
    members.map((member) => [member.name, valueOf(source, member.shape, member.name, depth)]),
  );
};

const all = allServices.flatMap((service) =>
  Object.keys(service.operations).map((operation) => ({ service, operation })),
);

/** Every other time something is made, so that there is something to ask for. */
const makers = all.filter(({ operation }) =>
  /^(Create|Run|Import|Allocate|Authorize)/.test(operation),
);

/** What makers need and no random text hits upon. */
const known = (run: Run, { random }: Run, region: string): Readonly<Record<string, unknown>> => ({
  ImageId: random.pick(baseImagesOf(region))?.imageId,
  InstanceType: 't3.micro',
  MinCount: 1,
  MaxCount: 1,
  CidrBlock: '10.0.0.0/20',
  Protocol: 'HTTP',
  Port: 80,
  Name: newName(run, 'strange'),
  CallerReference: newName(run, 'strange'),
});

/** Calls some operations with any input that the wire would let through, in an account that nobody else uses. */
export const strange = (run: Run): void => {
  const own: Run = { ...run, random: run.strangersRandom };
  const region = own.random.pick(run.homes)?.region ?? 'us-east-1';
  const source: Source = { run: own, texts: textsInWorld(own, region) };
  for (let count = 0; count < 12; count += 1) {
    const chosen = own.random.pick(once(own, 3) ? makers : all);
    if (chosen === undefined) return;
    const { service, operation } = chosen;
    const input = models.get(service.name)?.operations.get(operation)?.input;
    if (input === undefined) continue;
    const helped = Object.entries(known(run, own, region)).filter(
      ([name]) => input.members.some((member) => member.name === name) && !once(own, 4),
    );
    const given = { ...inputOf(source, input, 0), ...Object.fromEntries(helped) };
    if (violationsOf(input, given).length > 0) continue;
    run.watch.isStranger = true;
    call(run, { region, account: strangersAccount }, service, operation, given);
    run.watch.isStranger = false;
  }
};
