import { Volumes, type Volume } from '../../aws/ec2/instances/instance-entities.ts';
import { attachmentsOf } from '../../aws/ec2/storage/attachments.ts';
import { isHollow } from '../../aws/ec2/storage/snapshot-lookup.ts';
import { Copies, Snapshots, type Copy, type Snapshot } from '../../aws/ec2/storage/entities.ts';
import type { Disks, PlacedVolume, SnapshotPlace, Soon } from '../../plane/disks/disks.ts';
import { isDomainError } from '../../world/domain-error.ts';
import { noAccount } from '../../world/entity.ts';
import { Faults } from '../../world/faults.ts';
import type { EntityChange } from '../../world/journal.ts';
import type { Commit, World } from '../../world/world.ts';
import { CopyRunner } from './copy-runner.ts';
import type { InstanceDisks } from './instance-runner.ts';
import { SnapshotTaker, type Stillness } from './snapshot-taker.ts';
import { afterwards, Tasks } from './tasks.ts';
import { linksOfVolume, placeOfVolume, volumeEnvironment } from '../addresses/volume-places.ts';

export interface DiskRunnerOptions {
  readonly world: World;
  readonly disks: Disks;
  /** The world's directory, below which volumes have their places. */
  readonly directory: string;
  /** What holds machines still; undefined where nothing runs that would have to be. */
  readonly machines: () => Stillness | undefined;
  readonly onProblem: (what: string, message: string) => void;
  /** Whether programs run in instances and find their disks; true unless it is said. */
  readonly runsPrograms?: boolean;
}

/** Where a volume was last brought, and whose it was then. */
interface Told {
  readonly region: string;
  readonly place: string | undefined;
  /** The instances that have it, or had it last. */
  readonly instanceIds: readonly string[];
  /** Where links lead to it, as one text. */
  readonly links: string;
  /** An empty disk that nobody has looked at yet: it is made when something is to be done with it. */
  readonly unmade: { readonly account: string; readonly volume: Volume } | undefined;
}

const isAttached = ({ attachment }: Volume): boolean =>
  attachment !== null && attachment.state !== 'detaching';

const instancesOf = (volume: Volume): readonly string[] =>
  attachmentsOf(volume).map(({ instanceId }) => instanceId);

/** Whether its instance began with it: such a disk is attached as it is made. */
const isFirstDisk = ({ attachment, createdAt }: Volume): boolean =>
  attachment !== null && attachment.attachTime <= createdAt;

/** Whether a disk that nobody has looked at is to be where it was to be before. */
const isStill = ({ unmade }: Told, volume: Volume): boolean =>
  unmade !== undefined &&
  isAttached(volume) &&
  unmade.volume.attachment?.instanceId === volume.attachment?.instanceId &&
  unmade.volume.attachment?.deviceName === volume.attachment?.deviceName;

/** What disks are made by. */
const diskTables = new Set([Volumes.name, Snapshots.name, Copies.name]);

/** A snapshot's contents are read by restores and copies: it is let go after them. */
const useOf = ({ region, snapshotId }: SnapshotPlace): string => `${region}/${snapshotId}`;

/**
 * Makes disks as the world says they are to be: volumes in their places, snapshots taken, copies sent. It goes by what is
 * and what should be: after a crash it looks at everything again and goes on.
 */
export class DiskRunner implements InstanceDisks {
  readonly #options: DiskRunnerOptions;
  /** What is done to each volume, one thing after the other. */
  readonly #volumes: Tasks;
  /** What uses each snapshot's contents. */
  readonly #uses: Tasks;
  readonly #taker: SnapshotTaker;
  readonly #copies: CopyRunner;
  readonly #told = new Map<string, Told>();
  /** The volumes that are, or last were, each instance's. */
  readonly #ofInstance = new Map<string, Set<string>>();
  readonly #stopWatching: () => void;

  constructor(options: DiskRunnerOptions) {
    const { world, disks, machines, onProblem } = options;
    this.#options = options;
    const failed = (what: string, error: unknown): void => onProblem(what, String(error));
    this.#volumes = new Tasks(failed);
    this.#uses = new Tasks(failed);
    this.#taker = new SnapshotTaker({
      world,
      disks,
      machines,
      holding: (volumeId, work) =>
        this.#volumes.within(volumeId, () => afterwards(this.#make(volumeId), work)),
      failed,
    });
    const use = (snapshot: SnapshotPlace, until: Promise<void>): void =>
      this.#uses.add(useOf(snapshot), () => until);
    this.#copies = new CopyRunner({ world, disks, use, failed });
    this.#goOn();
    this.#stopWatching = world.subscribe((commit) => this.#look(commit));
  }

  ready(instanceId: string): Promise<void> | undefined {
    this.#taker.takeAtShutdown(instanceId);
    const volumeIds = [...(this.#ofInstance.get(instanceId) ?? [])];
    const waits = [
      this.#taker.shutdownOver(instanceId),
      ...volumeIds.map((volumeId) => this.#volumes.over(volumeId)),
    ].filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
  }

  needsOff(instanceId: string): boolean {
    return this.#taker.waitsForShutdown(instanceId);
  }

  environment(
    region: string,
    account: string,
    instanceId: string,
  ): Readonly<Record<string, string>> {
    const view = this.#options.world.view(region, account);
    return volumeEnvironment(view, this.#options.directory, instanceId);
  }

  /** Settles when the snapshots that were asked for up to now are taken. */
  taken(): Promise<void> {
    return this.#taker.allTaken();
  }

  /** Settles when volumes are where the world says now that they are. */
  placed(): Promise<void> {
    return this.#volumes.allOver();
  }

  /** Ends what is under way; a later start goes on with it. */
  async stop(): Promise<void> {
    this.#stopWatching();
    await this.#copies.stop();
    await Promise.all([this.#volumes.allOver(), this.#taker.stop(), this.#uses.allOver()]);
    await this.#options.disks.close();
  }

  #look(commit: Commit): void {
    const { world } = this.#options;
    const { shard, changes, tables } = commit;
    if (world.geography.region(shard) === undefined) {
      // A zone that has its power back can be read again.
      if (tables.has(Faults.name)) this.#takeAll();
      return;
    }
    if (diskTables.isDisjointFrom(tables)) return;
    for (const change of changes) this.#follow(shard, change);
    if (!tables.has(Snapshots.name)) return;
    const snapshots = changes.filter(
      (change) => change.op === 'put' && change.table === Snapshots.name,
    );
    // Those that were asked for together are taken together.
    for (const [account, together] of Map.groupBy(snapshots, (change) => change.account)) {
      const view = world.view(shard, account);
      const ids = together.map((change) => (change.op === 'put' ? change.entity.id : change.id));
      const found = ids.flatMap((id) => view.get(Snapshots, id) ?? []);
      this.#taker.take({ region: shard, account }, found);
    }
  }

  #follow(region: string, change: EntityChange): void {
    const { account } = change;
    // Only volumes are put in this table, and likewise below.
    if (change.table === Volumes.name) {
      if (change.op === 'put') this.#place(region, account, change.entity as Volume);
      else this.#erase(region, change.id);
    } else if (change.table === Snapshots.name) {
      if (change.op === 'delete') this.#drop(region, change.id);
      else if ((change.entity as Snapshot).state === 'error') this.#drop(region, change.entity.id);
    } else if (change.table === Copies.name && change.op === 'put') {
      this.#copies.follow({ region, account }, change.entity as Copy);
    }
  }

  #place(region: string, account: string, volume: Volume): void {
    const { id } = volume;
    const told = this.#told.get(id);
    if (told === undefined ? this.#isUnseen(region, account, volume) : isStill(told, volume)) {
      const instanceIds = instancesOf(volume);
      const unmade = { account, volume };
      this.#tell(id, { region, place: undefined, instanceIds, links: '', unmade });
      return;
    }
    const placed = this.#placed(region, account, volume);
    const { place, snapshotId } = placed;
    const links = (placed.links ?? []).join('\n');
    const isTold = told !== undefined && told.unmade === undefined;
    if (isTold && told.place === place && told.links === links) return;
    const now = instancesOf(volume);
    const instanceIds = now.length > 0 ? now : (told?.instanceIds ?? []);
    this.#tell(id, { region, place, instanceIds, links, unmade: undefined });
    this.#volumes.add(id, () => this.#bring(placed));
    const under = this.#volumes.over(id);
    if (snapshotId !== undefined && under !== undefined) {
      this.#uses.add(useOf({ region, snapshotId }), () => under);
    }
  }

  /**
   * Nobody looks for the disk that an instance began with where no program runs in it. One that was attached later may lie
   * where it was before, with all that is on it, when the program was killed in between.
   */
  #isUnseen(region: string, account: string, volume: Volume): boolean {
    return (
      this.#options.runsPrograms === false &&
      isFirstDisk(volume) &&
      isAttached(volume) &&
      this.#isEmpty(region, account, volume)
    );
  }

  #isEmpty(region: string, account: string, { snapshotId }: Volume): boolean {
    return snapshotId === '' || isHollow(this.#options.world.view(region, account), snapshotId);
  }

  #placed(region: string, account: string, volume: Volume): PlacedVolume {
    const { world, directory } = this.#options;
    const isEmpty = this.#isEmpty(region, account, volume);
    return {
      region,
      volumeId: volume.id,
      sizeGiB: volume.sizeGiB,
      snapshotId: isEmpty ? undefined : volume.snapshotId,
      place: placeOfVolume(world.view(region, account), directory, volume),
      ...(volume.multiAttach === true ? { links: linksOfVolume(directory, volume) } : {}),
    };
  }

  #tell(volumeId: string, told: Told): void {
    this.#untell(volumeId);
    this.#told.set(volumeId, told);
    for (const instanceId of told.instanceIds) {
      const volumes = this.#ofInstance.get(instanceId) ?? new Set();
      this.#ofInstance.set(instanceId, volumes.add(volumeId));
    }
  }

  #untell(volumeId: string): void {
    const instanceIds = this.#told.get(volumeId)?.instanceIds ?? [];
    this.#told.delete(volumeId);
    for (const instanceId of instanceIds) {
      const volumes = this.#ofInstance.get(instanceId);
      volumes?.delete(volumeId);
      if (volumes?.size === 0) this.#ofInstance.delete(instanceId);
    }
  }

  /** Makes a disk that nobody has looked at until now. */
  #make(volumeId: string): Soon<void> {
    const told = this.#told.get(volumeId);
    if (told?.unmade === undefined) return undefined;
    const placed = this.#placed(told.region, told.unmade.account, told.unmade.volume);
    this.#tell(volumeId, { ...told, place: placed.place, unmade: undefined });
    return this.#bring(placed);
  }

  #bring(placed: PlacedVolume): Soon<void> {
    const { disks, onProblem } = this.#options;
    return afterwards(disks.placeVolume(placed), (problem) => {
      if (isDomainError(problem)) onProblem(placed.volumeId, problem.message);
    });
  }

  /** What is gone on the disk cannot come back with a crash: it goes once the journal has it that it was deleted. */
  #onceDurable(region: string, work: () => Soon<void>): () => Soon<void> {
    const { durable } = this.#options.world.transact(region, noAccount, () => undefined);
    return () => durable.then(work);
  }

  #erase(region: string, volumeId: string): void {
    const erase = (): Soon<void> => this.#options.disks.eraseVolume(volumeId);
    this.#volumes.add(volumeId, this.#onceDurable(region, erase));
    this.#volumes.add(volumeId, () => this.#untell(volumeId));
  }

  #drop(region: string, snapshotId: string): void {
    const snapshot = { region, snapshotId };
    const drop = (): Soon<void> => this.#options.disks.dropSnapshot(snapshot);
    this.#uses.add(useOf(snapshot), this.#onceDurable(region, drop));
  }

  /** Looks at everything that an earlier run may have left undone. */
  #goOn(): void {
    for (const view of this.#options.world.regionalViews()) {
      const { shard: region, account } = view;
      for (const volume of view.list(Volumes)) this.#place(region, account, volume);
      this.#taker.goOn({ region, account });
      for (const copy of view.list(Copies)) this.#copies.follow({ region, account }, copy);
    }
    this.#volumes.add('sweep', () => this.#sweep());
  }

  #sweep() {
    return this.#options.disks.sweep({
      volume: (volumeId) => this.#told.has(volumeId),
      snapshot: (snapshot) => {
        if (this.#isToBe(snapshot)) return true;
        if (this.#uses.over(useOf(snapshot)) === undefined) return false;
        // It was deleted while a volume was being made of it, or a copy: they go on with what it holds.
        this.#drop(snapshot.region, snapshot.snapshotId);
        return true;
      },
    });
  }

  /** Whether the world knows of a snapshot that holds something, or will. */
  #isToBe({ region, snapshotId }: SnapshotPlace): boolean {
    return this.#options.world.viewsOf(region).some((view) => {
      const found = view.get(Snapshots, snapshotId);
      return found !== undefined && found.state !== 'error';
    });
  }

  #takeAll(): void {
    for (const view of this.#options.world.regionalViews()) {
      const { shard: region, account } = view;
      this.#taker.take({ region, account }, view.list(Snapshots));
    }
  }
}
