import { Instances, type Instance } from '../../aws/ec2/instances/instance-entities.ts';
import { tagsOf } from '../../aws/shared/tags.ts';
import { DomainError } from '../../world/domain-error.ts';
import type { World } from '../../world/world.ts';
import { instanceHosts } from './instance-hosts.ts';

/** An instance, and whose it is. */
export interface FoundInstance {
  readonly region: string;
  readonly account: string;
  readonly instance: Instance;
}

/** The instance that somebody asks for. */
export interface AskedInstance {
  /** Its id, its tag `Name` or its private address. */
  readonly of: string;
  readonly region: string | undefined;
  /** Whose it is rather than others', where several are called so. */
  readonly account: string | undefined;
  /** That it is nobody else's. */
  readonly isOwn: boolean;
}

/** An instance with its name, if it has one. */
interface Candidate extends FoundInstance {
  readonly name: string | undefined;
}

const candidates = (world: World): readonly Candidate[] =>
  world.regionalViews().flatMap((view) =>
    view.list(Instances).map((instance) => ({
      region: view.shard,
      account: view.account,
      instance,
      name: tagsOf(view, instance.id).find(({ Key }) => Key === 'Name')?.Value,
    })),
  );

/** As a person tells instances from one another. */
const describe = ({ instance, region, name }: Candidate): string =>
  `${instance.id} in ${region}${name === undefined ? '' : ` (${name})`}, ${instance.state}`;

/** Those that something is true of, or all where it is true of none. */
const preferred = (
  all: readonly Candidate[],
  isTrue: (candidate: Candidate) => boolean,
): readonly Candidate[] => {
  const some = all.filter(isTrue);
  return some.length > 0 ? some : all;
};

/**
 * The instance that a person means: by its id, its tag `Name` or its private address. One that is gone is meant only when
 * no other is. Several of them are an `AmbiguousInstance` that names all.
 */
export const findInstance = (
  world: World,
  { of, region, account, isOwn }: AskedInstance,
): FoundInstance | DomainError => {
  if (region !== undefined && world.geography.region(region) === undefined)
    return new DomainError('NoSuchRegion', `There is no Region '${region}'.`);
  const byAddress = new Set(
    instanceHosts(world)
      .byPrivateAddress(of)
      .map(({ instance }) => instance.id),
  );
  const all = candidates(world).filter((candidate) => !isOwn || candidate.account === account);
  const meant = all.filter(
    (candidate) =>
      (region === undefined || candidate.region === region) &&
      (candidate.instance.id === of ||
        candidate.name === of ||
        byAddress.has(candidate.instance.id)),
  );
  const present = preferred(meant, ({ instance }) => instance.state !== 'terminated');
  const [found, ...others] = preferred(present, (candidate) => candidate.account === account);
  if (found === undefined) {
    const known = all.filter(({ instance }) => instance.state !== 'terminated').slice(0, 5);
    const hint =
      known.length === 0
        ? 'there is no instance at all'
        : `there are ${known.map(describe).join('; ')}`;
    return new DomainError(
      'NoSuchInstance',
      `No instance has the id, the name or the private address '${of}'${region === undefined ? '' : ` in ${region}`}${isOwn ? ` in the account ${account ?? ''}` : ''}; ${hint}.`,
    );
  }
  if (others.length === 0) return found;
  return new DomainError(
    'AmbiguousInstance',
    `Several instances are called '${of}': ${[found, ...others].map(describe).join('; ')}. Say which by its id.`,
  );
};
