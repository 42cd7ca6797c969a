import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { InstanceProfile } from '../../iam/entities.ts';
import type { Plain } from '../../operation.ts';
import { tagsForType, type TagSpecificationInput } from '../../shared/tags.ts';
import type { Tag } from '../../shared/filters.ts';
import { launchedImage, type LaunchImage } from '../images/launch-image.ts';
import { KeyPairs } from '../entities.ts';
import { invalidParameterCombination, invalidParameterValue, missingParameter } from '../errors.ts';
import type { Instance, InstanceMetadataSettings } from '../instances/instance-entities.ts';
import type { InstanceOptions } from '../instances/instance-options.ts';
import { askedProfile } from '../instance-profiles/profiles.ts';
import { creditsOf } from '../instances/cpu-credit-defaults.ts';
import { checkInstanceType, shutdownBehaviorOf } from '../instances/instance-settings.ts';
import { allOrError } from './all-or-error.ts';
import { readLaunchOptions } from './launch-options.ts';
import { launchNetwork, type LaunchNetwork } from './launch-network.ts';
import { launchVolumes } from './launch-volumes.ts';
import { checkLaunchParameters } from './launch-parameters.ts';
import { decodeUserData } from './launch-user-data.ts';
import { defaultMetadataOptions, withMetadataOptions } from '../instances/metadata-options.ts';
import { readPlacement, type AskedPlacement } from '../placement-groups/asked-placement.ts';
import type { SpotTerms } from '../spot/entities.ts';
import { readMarketOptions } from '../spot/market-options.ts';
import type { LaunchVolume } from '../storage/volume-life.ts';

type Input = Plain<RunInstancesRequest>;

/** What RunInstances was asked for, checked and with all that AWS adds where the request is silent. */
export interface LaunchRequest {
  readonly minCount: number;
  readonly maxCount: number;
  readonly image: LaunchImage;
  readonly instanceType: string;
  readonly keyName: string | null;
  readonly network: LaunchNetwork;
  /** Of each instance; the root volume is the first. */
  readonly volumes: readonly LaunchVolume[];
  /** Base64. */
  readonly userData: string | undefined;
  readonly metadataOptions: InstanceMetadataSettings;
  readonly shutdownBehavior: Instance['instanceInitiatedShutdownBehavior'];
  readonly disableApiTermination: boolean;
  readonly disableApiStop: boolean;
  readonly detailedMonitoring: boolean;
  readonly ebsOptimized: boolean;
  readonly cpuCredits: Instance['cpuCredits'];
  /** Null: as AWS has them. */
  readonly options: InstanceOptions | null;
  /** Null: of no placement group. */
  readonly placement: AskedPlacement | null;
  /** Of a Spot Instance; null: on demand. */
  readonly spot: SpotTerms | null;
  readonly clientToken: string | null;
  readonly instanceProfile: InstanceProfile | undefined;
  readonly tags: {
    readonly instance: readonly Tag[];
    readonly volume: readonly Tag[];
    readonly networkInterface: readonly Tag[];
    readonly spotRequest: readonly Tag[];
  };
}

/** One request launches no more than this; at AWS the account's vCPU quota is the bound. */
const maxInstancesPerRequest = 1000;

const checkCounts = (minCount: number, maxCount: number): DomainError | undefined => {
  for (const [name, value] of [
    ['minCount', minCount],
    ['maxCount', maxCount],
  ] as const) {
    if (value < 1) {
      return invalidParameterValue(
        `Value (${value}) for parameter ${name} is invalid. Expecting a positive number.`,
      );
    }
  }
  if (minCount > maxCount) {
    return invalidParameterValue(
      `Value (${minCount}) for parameter minCount is invalid. It must not be greater than maxCount (${maxCount}).`,
    );
  }
  if (minCount > maxInstancesPerRequest) {
    return new DomainError(
      'InstanceLimitExceeded',
      `You have requested more instances (${minCount}) than your current instance limit of ${maxInstancesPerRequest} allows for the specified instance type.`,
    );
  }
  return undefined;
};

const taggable: readonly string[] = ['instance', 'volume', 'network-interface'];
const taggableOfSpot: readonly string[] = [...taggable, 'spot-instances-request'];

const tagsOfLaunch = (
  specifications: readonly TagSpecificationInput[] | undefined,
  isSpot: boolean,
): LaunchRequest['tags'] | DomainError => {
  const types = isSpot ? taggableOfSpot : taggable;
  return allOrError({
    instance: tagsForType(specifications, 'instance', types),
    volume: tagsForType(specifications, 'volume', types),
    networkInterface: tagsForType(specifications, 'network-interface', types),
    spotRequest: isSpot ? tagsForType(specifications, 'spot-instances-request', types) : [],
  });
};

/** The key pair that a launch names, which must be there; null when it names none. */
export const keyNameOf = (view: View, name: string | undefined): string | null | DomainError => {
  if (name === undefined || name === '') return null;
  return view.find(KeyPairs, 'name', name).length > 0
    ? name
    : new DomainError('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`);
};

const imageAndType = (
  view: View,
  input: Input,
): { readonly image: LaunchImage; readonly instanceType: string } | DomainError => {
  if (input.ImageId === undefined || input.ImageId === '') return missingParameter('ImageId');
  const image = launchedImage(view, input.ImageId);
  if (isDomainError(image)) return image;
  const instanceType = input.InstanceType;
  // AWS falls back on m1.small, which runs none of the images here.
  if (instanceType === undefined) return missingParameter('InstanceType');
  return checkInstanceType(view, instanceType, image) ?? { image, instanceType };
};

/** The parts of a request that stand on their own. */
const launchParts = (
  view: View,
  input: Input,
  image: LaunchImage,
  instanceType: string,
  volumes: LaunchRequest['volumes'],
) => ({
  volumes,
  keyName: keyNameOf(view, input.KeyName),
  network: launchNetwork(view, input),
  spot: readMarketOptions(input.InstanceMarketOptions),
  options: readLaunchOptions(input, instanceType, volumes),
  placement: readPlacement(view, input.Placement, instanceType),
  userData: decodeUserData(view, input.UserData),
  metadataOptions: withMetadataOptions(
    defaultMetadataOptions(view, image.imdsSupport),
    input.MetadataOptions,
  ),
  shutdownBehavior: shutdownBehaviorOf(input.InstanceInitiatedShutdownBehavior),
  instanceProfile: askedProfile(view, input.IamInstanceProfile),
  cpuCredits: creditsOf(view, instanceType, input.CreditSpecification?.CpuCredits),
  tags: tagsOfLaunch(input.TagSpecifications, input.InstanceMarketOptions?.MarketType === 'spot'),
});

/**
 * Checks a RunInstances request against what there is in the Region. Everything that it names must exist; what
 * Faultline does not have is `UnsupportedOperation` with the parameter's name, never passed over.
 */
export const readLaunchRequest = (view: View, input: Input): LaunchRequest | DomainError => {
  const unsupported = checkLaunchParameters(input);
  if (unsupported !== undefined) return unsupported;
  const { MinCount: minCount = 1, MaxCount: maxCount = 1 } = input;
  const badCount = checkCounts(minCount, maxCount);
  if (badCount !== undefined) return badCount;
  const what = imageAndType(view, input);
  if (isDomainError(what)) return what;
  const { image, instanceType } = what;
  const volumes = launchVolumes(view, input.BlockDeviceMappings ?? [], image, instanceType);
  if (isDomainError(volumes)) return volumes;
  const parts = allOrError(launchParts(view, input, image, instanceType, volumes));
  if (isDomainError(parts)) return parts;
  if (parts.network.isForOne && maxCount > 1) {
    return invalidParameterCombination(
      'Private addresses and network interfaces cannot be named when more than one instance is launched',
    );
  }
  return {
    ...what,
    ...parts,
    userData: parts.userData,
    instanceProfile: parts.instanceProfile,
    minCount,
    maxCount: Math.min(maxCount, maxInstancesPerRequest),
    disableApiTermination: input.DisableApiTermination ?? false,
    disableApiStop: input.DisableApiStop ?? false,
    detailedMonitoring: input.Monitoring?.Enabled ?? false,
    ebsOptimized: input.EbsOptimized ?? false,
    clientToken: input.ClientToken ?? null,
  };
};
