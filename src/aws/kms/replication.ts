import type {
  ReplicateKeyRequest,
  ReplicateKeyResponse,
  UpdatePrimaryRegionRequest,
} from '@aws-sdk/client-kms';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Nothing, Operation } from '../operation.ts';
import { send, type OutboxEntry, type Receiver } from '../shared/outbox.ts';
import { addTags } from '../shared/tags.ts';
import { whyUnknownRegion } from '../shared/unknown-region.ts';
import { changeableKey } from './changeable-key.ts';
import { Keys, type Key, type RelatedKeys } from './entities.ts';
import { disabled, keyNotFound, unsupported, validation } from './errors.ts';
import { stateFault, type FoundKey } from './find-key.ts';
import { keyArn } from './key-arns.ts';
import { metadataOf } from './key-metadata.ts';
import { policyFault } from './key-policies.ts';
import { beginWaiting } from './key-states.ts';
import { checkedTags } from './key-tags.ts';
import { defaultPolicy } from './new-key.ts';
import { putShared, replicaGoneKind, sharedKind } from './related-keys.ts';
import { resumeRotation, stopRotating } from './rotation.ts';

/** What a new replica has of its own. */
interface Fresh {
  readonly description: string;
  readonly policy: string;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** The multi-Region key that a request names, with what relates it; it must be the primary one. */
const primaryKey = (
  tx: Tx,
  named: string | undefined,
  operation: string,
): { readonly found: FoundKey; readonly related: RelatedKeys } | DomainError => {
  const found = changeableKey(tx, named, operation);
  if (isDomainError(found)) return found;
  const { related } = found.key;
  if (related === null) return unsupported(`${found.arn} is not a multi-Region key.`);
  if (related.primaryRegion !== found.tx.shard) {
    return unsupported(`${found.arn} is not a multi-region primary key.`);
  }
  return stateFault(found) ?? { found, related };
};

/** Another Region as it can be seen from here. Errors: ValidationException, DependencyTimeoutException. */
const otherRegion = (tx: Tx, region: string): View | DomainError => {
  if (tx.geography.region(region) === undefined) {
    return validation(whyUnknownRegion(tx.geography, region));
  }
  return (
    tx.elsewhere(region) ??
    new DomainError(
      'DependencyTimeoutException',
      `The system timed out while trying to fulfill the request: the Region ${region} cannot be reached from ${tx.shard} now. You can retry the request.`,
    )
  );
};

/** ReplicateKey: in the Region of the primary key; the replica is there as soon as it has come over the backbone. */
export const replicateKey: Operation<ReplicateKeyRequest, ReplicateKeyResponse> = (tx, input) => {
  const primary = primaryKey(tx, input.KeyId, 'ReplicateKey');
  if (isDomainError(primary)) return primary;
  const { found, related } = primary;
  const { ReplicaRegion: region = '', Policy: policy = defaultPolicy(tx.account) } = input;
  const badPolicy = policyFault(policy);
  if (badPolicy !== undefined) return badPolicy;
  const tags = checkedTags(input.Tags);
  if (isDomainError(tags)) return tags;
  if (region === tx.shard) return validation(`${found.arn} is in the Region ${region} itself.`);
  const there = otherRegion(found.tx, region);
  if (isDomainError(there)) return there;
  if (there.get(Keys, found.key.id) !== undefined || related.replicaRegions.includes(region)) {
    const arn = keyArn(found.tx, found.key.id, region);
    return new DomainError('AlreadyExistsException', `${arn} already exists.`);
  }
  const replicaRegions = [...related.replicaRegions, region];
  const key = putShared(found.tx, { ...found.key, related: { ...related, replicaRegions } });
  const fresh: Fresh = { description: input.Description ?? '', policy, tags };
  const entry = { kind: sharedKind, to: region, subject: key.id };
  send(found.tx, { ...entry, payload: { ...fresh, tags: tags.map((tag) => ({ ...tag })) } });
  const replica = { ...key, description: fresh.description, policy, createdAt: tx.now };
  const metadata = metadataOf({ ...found, key: replica });
  return {
    ReplicaKeyMetadata: {
      ...metadata,
      Arn: keyArn(found.tx, key.id, region),
      Enabled: false,
      KeyState: 'Creating',
      ...(metadata.MultiRegionConfiguration === undefined
        ? {}
        : {
            MultiRegionConfiguration: {
              ...metadata.MultiRegionConfiguration,
              MultiRegionKeyType: 'REPLICA',
            },
          }),
    },
    ReplicaPolicy: policy,
    ReplicaTags: tags.map(({ Key: TagKey, Value }) => ({ TagKey, TagValue: Value })),
  };
};

/** UpdatePrimaryRegion: the primary key and a replica change places. Both Regions must be there for it. */
export const updatePrimaryRegion: Operation<UpdatePrimaryRegionRequest, Nothing> = (tx, input) => {
  const primary = primaryKey(tx, input.KeyId, 'UpdatePrimaryRegion');
  if (isDomainError(primary)) return primary;
  const { found, related } = primary;
  const { PrimaryRegion: region = '' } = input;
  const replicaArn = keyArn(found.tx, found.key.id, region);
  if (!related.replicaRegions.includes(region)) return keyNotFound(replicaArn);
  const there = otherRegion(found.tx, region);
  if (isDomainError(there)) return there;
  const replica = there.get(Keys, found.key.id);
  if (replica === undefined) return keyNotFound(replicaArn);
  if (replica.state === 'Disabled') return disabled(replicaArn);
  const fault = stateFault({ ...found, key: replica, arn: replicaArn });
  if (fault !== undefined) return fault;
  const others = related.replicaRegions.filter((other) => other !== region);
  putShared(found.tx, {
    ...found.key,
    related: { ...related, primaryRegion: region, replicaRegions: [...others, found.tx.shard] },
  });
  stopRotating(found.tx, found.key.id);
  return {};
};

const freshOf = ({ payload }: OutboxEntry): Fresh | undefined =>
  // Entries of this kind were sent by `replicateKey` with a Fresh, or by `tellShared` without.
  (payload as unknown as Fresh | null) ?? undefined;

const makeReplica = (tx: Tx, source: Key, fresh: Fresh): void => {
  tx.put(Keys, {
    ...source,
    description: fresh.description,
    policy: fresh.policy,
    createdAt: tx.now,
    state: 'Enabled',
    pendingWindowDays: null,
    deletionAt: null,
  });
  addTags(tx, keyArn(tx, source.id), 'kms:key', fresh.tags);
};

/** Brings what related keys share: a replica that is new, or what has changed of one. */
const receiveShared: Receiver = {
  receive: (tx, entry, from) => {
    const source = from.get(Keys, entry.subject);
    if (source?.related === null || source?.related === undefined) return null;
    const own = tx.get(Keys, entry.subject);
    const fresh = freshOf(entry);
    if (own === undefined) {
      if (fresh !== undefined) makeReplica(tx, source, fresh);
      return null;
    }
    if (own.related !== null && own.related.revision >= source.related.revision) return null;
    const { materials, rotation, related } = source;
    const after: Key = { ...own, materials, rotation, related };
    tx.put(Keys, after);
    if (related.primaryRegion === tx.shard) resumeRotation(tx, after);
    return null;
  },
};

/** A primary key hears of a replica's end; with the last of them its own days may begin. */
const receiveReplicaGone: Receiver = {
  receive: (tx, entry) => {
    const key = tx.get(Keys, entry.subject);
    if (key?.related === null || key?.related === undefined) return null;
    const replicaRegions = key.related.replicaRegions.filter((region) => region !== entry.payload);
    const after = putShared(tx, { ...key, related: { ...key.related, replicaRegions } });
    const isWaiting = after.state === 'PendingReplicaDeletion' && replicaRegions.length === 0;
    if (isWaiting) beginWaiting(tx, after, after.pendingWindowDays ?? 30);
    return null;
  },
};

/** Who takes what related keys send each other. */
export const keyReceivers: Readonly<Record<string, Receiver>> = {
  [sharedKind]: receiveShared,
  [replicaGoneKind]: receiveReplicaGone,
};
