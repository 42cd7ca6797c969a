import { locationOf } from '../../aws/ec2/instances/instance-location.ts';
import { Instances, Volumes } from '../../aws/ec2/instances/instance-entities.ts';
import { Snapshots, type Snapshot } from '../../aws/ec2/storage/entities.ts';
import { attachmentsOf } from '../../aws/ec2/storage/attachments.ts';
import { contentsWith } from '../../aws/ec2/storage/modelled-contents.ts';
import { takesIo } from '../../aws/ec2/storage/volume-io.ts';
import { isHollow } from '../../aws/ec2/storage/snapshot-lookup.ts';
import { observeSnapshotContents } from '../../aws/ec2/storage/snapshot-life.ts';
import type { Capture, Disks, RealContents, Soon } from '../../plane/disks/disks.ts';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import { WorldEnded } from '../../world/world-ended.ts';
import type { World } from '../../world/world.ts';
import { afterwards, Tasks } from './tasks.ts';

/** What holds machines still. */
export interface Stillness {
  /** Runs something while nothing in these instances writes. */
  quiesced<T>(instanceIds: readonly string[], work: () => Promise<T>): Promise<T>;
}

export interface SnapshotTakerOptions {
  readonly world: World;
  readonly disks: Disks;
  readonly machines: () => Stillness | undefined;
  /** Does something while a volume is in its place and stays there. */
  readonly holding: (volumeId: string, work: () => Soon<void>) => Soon<void>;
  readonly failed: (what: string, error: unknown) => void;
}

/** An account's part of a Region. */
export interface AccountPlace {
  readonly region: string;
  readonly account: string;
}

/** A snapshot that is to be taken of a volume. */
type Untaken = Snapshot & { readonly source: { readonly kind: 'volume' } };

const isUntaken = (snapshot: Snapshot): snapshot is Untaken =>
  snapshot.state === 'pending' && snapshot.contents === null && snapshot.source.kind === 'volume';

const interrupted = new DomainError(
  'Interrupted',
  'The snapshot was interrupted before it was taken.',
);

/** Takes snapshots of volumes: those that are asked for together show one moment. */
export class SnapshotTaker {
  readonly #options: SnapshotTakerOptions;
  /** By instance, or by volume when it is attached to none. */
  readonly #tasks: Tasks;
  /** The same for what is taken between a shutdown and a boot. */
  readonly #shutdownTasks: Tasks;
  readonly #begun = new Set<string>();
  /** Those that wait for their instance to be off, by its id. */
  readonly #atShutdown = new Map<
    string,
    {
      readonly place: AccountPlace;
      readonly ids: string[];
      readonly taken: PromiseWithResolvers<void>;
    }
  >();

  constructor(options: SnapshotTakerOptions) {
    this.#options = options;
    this.#tasks = new Tasks(options.failed);
    this.#shutdownTasks = new Tasks(options.failed);
  }

  /** Takes what is to be taken of these now; what is in a zone without power waits for it. */
  take(place: AccountPlace, snapshots: readonly Snapshot[]): void {
    const due = snapshots.filter(isUntaken).filter((snapshot) => !this.#begun.has(snapshot.id));
    for (const [holder, together] of Map.groupBy(due, (snapshot) =>
      this.#holder(place, snapshot),
    )) {
      const now: Untaken[] = [];
      for (const snapshot of together) {
        if (this.#isOutOfReach(place, snapshot)) continue;
        this.#begun.add(snapshot.id);
        if (snapshot.source.moment === 'shutdown' && this.#isOn(place, holder)) {
          const waiting = this.#atShutdown.get(holder) ?? {
            place,
            ids: [],
            taken: Promise.withResolvers<void>(),
          };
          waiting.ids.push(snapshot.id);
          // Only a call that asked for it waits for it.
          waiting.taken.promise.catch(() => undefined);
          this.#atShutdown.set(holder, waiting);
        } else now.push(snapshot);
      }
      if (now.length > 0) this.#takeTogether(place, holder, now);
    }
  }

  /** After a start: those that were being taken are complete, or were never taken. */
  goOn(place: AccountPlace): void {
    const { world, disks } = this.#options;
    for (const snapshot of world.view(place.region, place.account).list(Snapshots)) {
      if (!isUntaken(snapshot) || this.#isOutOfReach(place, snapshot)) continue;
      if (snapshot.source.moment === 'shutdown') {
        this.take(place, [snapshot]);
        continue;
      }
      this.#begun.add(snapshot.id);
      this.#tasks.add(this.#holder(place, snapshot), () =>
        afterwards(disks.contents({ region: place.region, snapshotId: snapshot.id }), (contents) =>
          this.#observe(place, snapshot, contents ?? interrupted),
        ),
      );
    }
  }

  /** Whether snapshots wait for the instance to be off. */
  waitsForShutdown(instanceId: string): boolean {
    return this.#atShutdown.has(instanceId);
  }

  /** The instance is off: takes what waited for that. */
  takeAtShutdown(instanceId: string): void {
    const waiting = this.#atShutdown.get(instanceId);
    if (waiting === undefined) return;
    this.#atShutdown.delete(instanceId);
    const { place, ids, taken } = waiting;
    const view = this.#options.world.view(place.region, place.account);
    const snapshots = ids.flatMap((id) => view.get(Snapshots, id) ?? []).filter(isUntaken);
    this.#shutdownTasks.add(instanceId, () => this.#capture(place, snapshots));
    const over = this.#shutdownTasks.over(instanceId);
    if (over === undefined) taken.resolve();
    else void over.then(taken.resolve);
  }

  /** Settles when what is taken while the instance is off is taken; undefined when nothing is. */
  shutdownOver(instanceId: string): Promise<void> | undefined {
    return this.#shutdownTasks.over(instanceId);
  }

  /**
   * Settles when all that was asked for up to now is taken, also what waits for its instance to be off. Rejects with
   * `WorldEnded` when that will not be in this world.
   */
  async allTaken(): Promise<void> {
    const waiting = [...this.#atShutdown.values()].map(({ taken }) => taken.promise);
    await Promise.all([...waiting, this.allOver()]);
  }

  /** Calls off what waits for its instance to be off, and settles when all that is being taken is. */
  async stop(): Promise<void> {
    for (const { taken } of this.#atShutdown.values()) taken.reject(new WorldEnded());
    this.#atShutdown.clear();
    await this.allOver();
  }

  /** Settles when all that is being taken now is. */
  async allOver(): Promise<void> {
    await Promise.all([this.#tasks.allOver(), this.#shutdownTasks.allOver()]);
  }

  #takeTogether(place: AccountPlace, holder: string, snapshots: readonly Untaken[]): void {
    const machines = this.#options.machines();
    this.#tasks.add(holder, () =>
      machines !== undefined && holder.startsWith('i-')
        ? machines.quiesced(this.#writers(place, holder, snapshots), async () =>
            this.#capture(place, snapshots),
          )
        : this.#capture(place, snapshots),
    );
  }

  /** All whose writing must be still: a volume may be several instances'. */
  #writers(
    { region, account }: AccountPlace,
    holder: string,
    snapshots: readonly Untaken[],
  ): readonly string[] {
    const view = this.#options.world.view(region, account);
    const sharing = snapshots.flatMap(({ source }) => {
      const volume = view.get(Volumes, source.volumeId);
      return volume === undefined ? [] : attachmentsOf(volume).map((one) => one.instanceId);
    });
    return [...new Set([holder, ...sharing])];
  }

  /** One after the other, while nothing writes: together they show one moment. */
  #capture(place: AccountPlace, snapshots: readonly Untaken[]): Soon<void> {
    let done: Soon<void> = undefined;
    for (const snapshot of snapshots) {
      done = afterwards(done, () => this.#captureOne(place, snapshot));
    }
    return done;
  }

  #captureOne(place: AccountPlace, snapshot: Untaken): Soon<void> {
    const { world, holding } = this.#options;
    const { volumeId, parentId } = snapshot.source;
    const view = world.view(place.region, place.account);
    const madeOf = view.get(Volumes, volumeId)?.snapshotId ?? '';
    const ancestor = madeOf === '' || isHollow(view, madeOf) ? undefined : madeOf;
    const capture: Capture = {
      region: place.region,
      snapshotId: snapshot.id,
      volumeId,
      sizeGiB: snapshot.volumeSizeGiB,
      // The first snapshot of a volume is a change of the one that the volume was made of.
      parentId: parentId ?? ancestor,
    };
    return holding(volumeId, () =>
      afterwards(this.#contentsOf(capture), (contents) => this.#observe(place, snapshot, contents)),
    );
  }

  /** What was taken, or why nothing was: a full or broken disk fails the snapshot, which nobody would wait for in vain. */
  #contentsOf(capture: Capture): Soon<RealContents | DomainError> {
    const { disks, failed } = this.#options;
    const captured = disks.capture(capture);
    if (!(captured instanceof Promise)) return captured;
    return captured.catch((error: unknown) => {
      failed(capture.snapshotId, error);
      return new DomainError('InternalError', `The snapshot could not be taken: ${String(error)}`);
    });
  }

  #observe(place: AccountPlace, snapshot: Snapshot, found: RealContents | DomainError): void {
    this.#options.world.transact(place.region, place.account, (tx) =>
      observeSnapshotContents(
        tx,
        snapshot.id,
        isDomainError(found) ? found : contentsWith(tx, snapshot, found),
      ),
    );
    this.#begun.delete(snapshot.id);
  }

  /** Whose writing must be still: the instance that has the volume, or the volume alone. */
  #holder({ region, account }: AccountPlace, snapshot: Untaken): string {
    const { volumeId } = snapshot.source;
    const volume = this.#options.world.view(region, account).get(Volumes, volumeId);
    return volume?.attachment?.instanceId ?? volumeId;
  }

  #isOn({ region, account }: AccountPlace, instanceId: string): boolean {
    const { world, machines } = this.#options;
    const instance = world.view(region, account).get(Instances, instanceId);
    // One without power writes nothing, and would not be shut down before its power is back.
    return (
      machines() !== undefined &&
      instance?.state === 'running' &&
      world.conditions.instancePowered(locationOf(instance))
    );
  }

  #isOutOfReach({ region, account }: AccountPlace, snapshot: Untaken): boolean {
    const { world } = this.#options;
    const volume = world.view(region, account).get(Volumes, snapshot.source.volumeId);
    return volume !== undefined && !takesIo(world.view(region, account), volume);
  }
}
