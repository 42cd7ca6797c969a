import { hash32 } from '../../atlas/hash.ts';
import { Late } from '../shared/late.ts';
import type { ManagedPolicy } from './entities.ts';

/** What the file says of a policy. */
type Row = readonly [
  defaultVersionId: string,
  createdAtSeconds: number,
  updatedAtSeconds: number,
  document: string,
];

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** AWS's ids of these policies are the same for everybody; ours are so too, but they are not AWS's. */
const stableId = (arn: string): string =>
  `ANPA${Array.from({ length: 17 }, (_, index) => letters[hash32(arn, index) % 32]).join('')}`;

/** AWS keeps earlier versions too, which nobody collected: the default one is all that there is. */
const policyOf = (id: string, pathAndName: string, row: Row): ManagedPolicy => {
  const [defaultVersionId, createdAtSeconds, updatedAtSeconds, document] = row;
  const slash = pathAndName.lastIndexOf('/') + 1;
  return {
    id,
    name: pathAndName.slice(slash),
    path: pathAndName.slice(0, slash),
    policyId: stableId(id),
    description: null,
    createdAt: createdAtSeconds * 1000,
    updatedAt: updatedAtSeconds * 1000,
    versions: [{ versionId: defaultVersionId, document, createdAt: updatedAtSeconds * 1000 }],
    defaultVersionId,
    nextVersion: Number(defaultVersionId.slice(1)) + 1,
  };
};

const arnPrefix = 'arn:aws:iam::aws:policy';

/** Four megabytes of documents, read when somebody calls IAM: EC2 brings the rest of it along. */
export const awsPolicyFacts = new Late(async () => {
  const { default: file } = await import('./aws-policies.json', { with: { type: 'json' } });
  // The file is made by a script in this form.
  return file.policies as unknown as Readonly<Record<string, Row>>;
});

/** Made when somebody asks for one: there are 1,500, and a stack attaches a handful. */
const made = new Map<string, ManagedPolicy>();

/** The policy with this ARN that AWS manages; undefined when there is none. */
export const awsPolicyByArn = (arn: string): ManagedPolicy | undefined => {
  const known = made.get(arn);
  if (known !== undefined) return known;
  const pathAndName = arn.startsWith(arnPrefix) ? arn.slice(arnPrefix.length) : '';
  const rows = awsPolicyFacts.value;
  const row = Object.hasOwn(rows, pathAndName) ? rows[pathAndName] : undefined;
  if (row === undefined) return undefined;
  const policy = policyOf(arn, pathAndName, row);
  made.set(arn, policy);
  return policy;
};

/** All policies that AWS manages. */
export const awsPolicies = (): readonly ManagedPolicy[] =>
  Object.keys(awsPolicyFacts.value).flatMap(
    (pathAndName) => awsPolicyByArn(`${arnPrefix}${pathAndName}`) ?? [],
  );
