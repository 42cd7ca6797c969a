import { observeCopyOnDisk, observeCopySize } from '../../aws/ec2/storage/copies.ts';
import { Snapshots, type Copy } from '../../aws/ec2/storage/entities.ts';
import { contentsWith } from '../../aws/ec2/storage/modelled-contents.ts';
import type {
  BlockCopy,
  Disks,
  RealContents,
  SnapshotPlace,
  Soon,
} from '../../plane/disks/disks.ts';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { World } from '../../world/world.ts';
import { paceCopy } from './copy-pacing.ts';
import type { AccountPlace } from './snapshot-taker.ts';
import { afterwards } from './tasks.ts';

export interface CopyRunnerOptions {
  readonly world: World;
  readonly disks: Disks;
  /** The contents of a snapshot are needed until then. */
  readonly use: (snapshot: SnapshotPlace, until: Promise<void>) => void;
  readonly failed: (what: string, error: unknown) => void;
}

/** Sends the blocks of copies, at the pace that the world gives them. */
export class CopyRunner {
  readonly #options: CopyRunnerOptions;
  readonly #underWay = new Map<string, Promise<void> | undefined>();
  readonly #stopped = new AbortController();

  constructor(options: CopyRunnerOptions) {
    this.#options = options;
  }

  /** Begins a copy, or goes on with one of an earlier run. */
  follow(place: AccountPlace, copy: Copy): void {
    if (copy.isOnDisk || this.#underWay.has(copy.id)) return;
    const { use, failed } = this.#options;
    this.#underWay.set(copy.id, undefined);
    const sending = this.#send(place, copy);
    if (!(sending instanceof Promise)) {
      this.#underWay.delete(copy.id);
      return;
    }
    const over = sending
      .catch((error: unknown) => failed(copy.id, error))
      .finally(() => this.#underWay.delete(copy.id));
    this.#underWay.set(copy.id, over);
    use({ region: copy.fromRegion, snapshotId: copy.fromSnapshotId }, over);
    use({ region: place.region, snapshotId: copy.id }, over);
    if (copy.baseId !== null) use({ region: place.region, snapshotId: copy.baseId }, over);
  }

  /** Ends all; a later start goes on with them. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all([...this.#underWay.values()].map((over) => over ?? Promise.resolve()));
  }

  #send(place: AccountPlace, copy: Copy): Soon<void> {
    const { world, disks } = this.#options;
    const blocks: BlockCopy = {
      from: { region: copy.fromRegion, snapshotId: copy.fromSnapshotId },
      to: { region: place.region, snapshotId: copy.id },
      baseId: copy.baseId ?? undefined,
    };
    return afterwards(disks.copySize(blocks), (bytes) => {
      world.transact(place.region, place.account, (tx) => observeCopySize(tx, copy.id, bytes));
      if (isDomainError(bytes)) return undefined;
      const pacing = paceCopy(world, { ...place, snapshotId: copy.id }, this.#stopped.signal);
      return afterwards(disks.copy(blocks, pacing), (sent) => this.#arrived(place, copy, sent));
    });
  }

  #arrived(place: AccountPlace, copy: Copy, sent: RealContents | DomainError | undefined): void {
    if (sent === undefined) return;
    this.#options.world.transact(place.region, place.account, (tx) => {
      const snapshot = tx.get(Snapshots, copy.id);
      if (snapshot === undefined) return;
      const contents = isDomainError(sent) ? sent : contentsWith(tx, snapshot, sent);
      observeCopyOnDisk(tx, copy.id, contents);
    });
  }
}
