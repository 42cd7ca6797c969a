import { copyBase } from '../aws/ec2/storage/copies.ts';
import {
  estimateCopy,
  modelledBytesToSend,
  type CopyEstimate,
} from '../aws/ec2/storage/copy-estimate.ts';
import { MachineImages, type Snapshot } from '../aws/ec2/storage/entities.ts';
import { visibleImage } from '../aws/ec2/images/launch-image.ts';
import { snapshotOfAnyone } from '../aws/ec2/storage/modelled-contents.ts';
import type { Disks } from '../plane/disks/disks.ts';
import { DomainError, isDomainError } from '../world/domain-error.ts';
import type { World } from '../world/world.ts';

/** What is asked. */
export interface CopyQuestion {
  readonly account: string;
  readonly region: string;
  readonly imageId: string;
  readonly toRegions: readonly string[];
}

interface Asked {
  readonly world: World;
  readonly disks: Disks;
}

const bytesToSend = async (
  { world, disks }: Asked,
  question: CopyQuestion,
  source: Snapshot,
  toRegion: string,
): Promise<{ readonly bytes: number; readonly incremental: boolean } | DomainError> => {
  const base = copyBase(world.view(toRegion, question.account), source);
  const real = await disks.copySize({
    from: { region: question.region, snapshotId: source.id },
    to: { region: toRegion, snapshotId: 'snap-estimate' },
    baseId: base?.id,
  });
  if (isDomainError(real)) return real;
  return { bytes: real + modelledBytesToSend(source, base), incremental: base !== undefined };
};

const estimateTo = async (
  asked: Asked,
  question: CopyQuestion,
  sources: readonly Snapshot[],
  toRegion: string,
): Promise<CopyEstimate | DomainError> => {
  const { world } = asked;
  let bytes = 0;
  let incremental = false;
  for (const source of sources) {
    const sent = await bytesToSend(asked, question, source, toRegion);
    if (isDomainError(sent)) return sent;
    bytes += sent.bytes;
    incremental ||= sent.incremental;
  }
  const view = world.view(toRegion, question.account);
  return estimateCopy(view, question.region, { bytes, incremental });
};

/**
 * What a copy of an image to each of some Regions would take, beside the copies that are under way, without beginning
 * any. Errors: `NoSuchImage`, `NoSuchRegion`, and `ConflictingImage` for one that is not complete yet.
 */
export const estimateCopies = async (
  asked: Asked,
  question: CopyQuestion,
): Promise<readonly CopyEstimate[] | DomainError> => {
  const { world } = asked;
  for (const region of [question.region, ...question.toRegions]) {
    if (world.geography.region(region) === undefined) {
      return new DomainError('NoSuchRegion', `There is no Region '${region}'.`);
    }
  }
  const view = world.view(question.region, question.account);
  const image = visibleImage(view, question.imageId)?.image;
  if (image === undefined) {
    return new DomainError(
      'NoSuchImage',
      `There is no image '${question.imageId}' of one's own in ${question.region}.`,
    );
  }
  const sources = image.devices.flatMap((device) =>
    device.snapshotId === null ? [] : (snapshotOfAnyone(view, device.snapshotId) ?? []),
  );
  if (sources.some((source) => source.contents === null)) {
    return new DomainError('ConflictingImage', `The image ${image.id} is not complete yet.`);
  }
  const estimates: CopyEstimate[] = [];
  for (const toRegion of question.toRegions) {
    const estimate = await estimateTo(asked, question, sources, toRegion);
    if (isDomainError(estimate)) return estimate;
    estimates.push(estimate);
  }
  return estimates;
};

/** In which Regions an account has an image with this id: ids are of one Region. */
export const regionsOfImage = (world: World, account: string, imageId: string): readonly string[] =>
  world
    .regionalViews()
    .filter((view) => view.account === account && view.get(MachineImages, imageId) !== undefined)
    .map((view) => view.shard);
