import type { FleetLaunchTemplateOverridesRequest, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { instancePrice } from '../../../atlas/prices.ts';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { launchZonesFor } from '../capacity/launch-zones.ts';
import { Subnets } from '../entities.ts';
import { launchedImage } from '../images/launch-image.ts';
import { checkRequirements, typesWith } from '../instances/instance-requirements.ts';
import { launchedVersion } from '../launch-templates/lookups.ts';
import { spotPrice } from '../spot/spot-prices.ts';
import type { Pool } from './allocation.ts';
import type { Fleet, Lifecycle } from './entities.ts';

type Override = Plain<FleetLaunchTemplateOverridesRequest>;
type Config = Fleet['configs'][number];

/** Overrides of one config with their places in it; a config without any is launched as its template says. */
const overridesOf = (
  config: Config,
): readonly { readonly override: Override; readonly overrideIndex: number | null }[] => {
  const overrides = config.Overrides ?? [];
  return overrides.length === 0
    ? [{ override: {}, overrideIndex: null }]
    : overrides.map((override, overrideIndex) => ({ override, overrideIndex }));
};

/** An override may name several subnets, separated by commas. */
const subnetsOf = ({ SubnetId }: Override): readonly (string | undefined)[] => {
  const ids = (SubnetId ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  return ids.length === 0 ? [undefined] : ids;
};

/** The types of an override: its own, those with its attributes, or the template's. */
const typesOf = (
  view: View,
  config: Config,
  override: Override,
): readonly string[] | DomainError => {
  if (override.InstanceType !== undefined) return [override.InstanceType];
  const version = launchedVersion(view, config.LaunchTemplateSpecification ?? {});
  if (isDomainError(version)) return version;
  const requirements = override.InstanceRequirements ?? version.data.InstanceRequirements;
  if (requirements === undefined) return [version.data.InstanceType ?? ''];
  const refusal = checkRequirements(requirements);
  if (refusal !== undefined) return refusal;
  const imageId = override.ImageId ?? version.data.ImageId;
  const image = imageId === undefined ? undefined : launchedImage(view, imageId);
  if (isDomainError(image)) return image;
  return typesWith(view, requirements, image === undefined ? [] : [image.architecture]);
};

/** The zones that a pool's instance may come to. */
const zonesOf = (tx: Tx, override: Override, subnetId: string | undefined) => {
  const subnet = subnetId === undefined ? undefined : tx.get(Subnets, subnetId);
  return {
    includes: (zone: { readonly zoneId: string; readonly name: string }): boolean =>
      (subnet === undefined || subnet.zoneId === zone.zoneId) &&
      (override.AvailabilityZone === undefined || override.AvailabilityZone === zone.name) &&
      (override.AvailabilityZoneId === undefined || override.AvailabilityZoneId === zone.zoneId),
  };
};

/** An override of a fleet, with where it stands in the request. */
interface Entry {
  readonly config: Config;
  readonly configIndex: number;
  readonly override: Override;
  readonly overrideIndex: number | null;
}

const entriesOf = ({ configs }: Pick<Fleet, 'configs'>): readonly Entry[] =>
  configs.flatMap((config, configIndex) =>
    overridesOf(config).map((entry) => ({ ...entry, config, configIndex })),
  );

/** What a fleet finds of a type where an entry lets it go. */
const poolOf = (
  tx: Tx,
  { configIndex, override, overrideIndex }: Entry,
  asked: Pick<Pool, 'instanceType' | 'subnetId'>,
  market: { readonly lifecycle: Lifecycle; readonly zonesFor: ReturnType<typeof launchZonesFor> },
): Omit<Pool, 'order'> => {
  const { instanceType, subnetId } = asked;
  const where = zonesOf(tx, override, subnetId);
  const zones = market
    .zonesFor(instanceType)
    .filter((zone) => zone.isOffered && where.includes(zone));
  const spotPrices = zones.flatMap(
    ({ zoneId }) => spotPrice(tx.shard, zoneId, instanceType, tx.now) ?? [],
  );
  const cheapest = spotPrices.length === 0 ? null : Math.min(...spotPrices);
  return {
    configIndex,
    overrideIndex,
    instanceType,
    subnetId,
    weight: override.WeightedCapacity ?? 1,
    priority: override.Priority,
    price:
      market.lifecycle === 'spot'
        ? cheapest
        : (instancePrice(instanceType, tx.shard)?.value ?? null),
    room: zones.reduce((sum, { room }) => sum + room, 0),
  };
};

/** All ways in which a fleet can launch an instance of a kind now. Errors: of a template or an image that is not there. */
export const poolsOf = (
  tx: Tx,
  fleet: Pick<Fleet, 'configs'>,
  lifecycle: Lifecycle,
): readonly Pool[] | DomainError => {
  const market = { lifecycle, zonesFor: launchZonesFor(tx, lifecycle) };
  const pools: Omit<Pool, 'order'>[] = [];
  for (const entry of entriesOf(fleet)) {
    const types = typesOf(tx, entry.config, entry.override);
    if (isDomainError(types)) return types;
    const places = types.flatMap((instanceType) =>
      subnetsOf(entry.override).map((subnetId) => ({ instanceType, subnetId })),
    );
    pools.push(...places.map((place) => poolOf(tx, entry, place, market)));
  }
  return pools.map((pool, order) => ({ ...pool, order }));
};

/** What RunInstances is asked for an instance of a pool. */
export const launchOf = (
  fleet: Pick<Fleet, 'configs'>,
  pool: Pool,
  lifecycle: Lifecycle,
): Plain<RunInstancesRequest> => {
  const config = fleet.configs[pool.configIndex] ?? {};
  const { LaunchTemplateId, LaunchTemplateName, Version } =
    config.LaunchTemplateSpecification ?? {};
  const override = config.Overrides?.[pool.overrideIndex ?? -1] ?? {};
  const { AvailabilityZone, AvailabilityZoneId, Placement } = override;
  const isPlaced = (AvailabilityZone ?? AvailabilityZoneId ?? Placement) !== undefined;
  return {
    MinCount: 1,
    MaxCount: 1,
    LaunchTemplate: { LaunchTemplateId, LaunchTemplateName, Version },
    // A name out of the request, or of AWS's own answers.
    InstanceType: pool.instanceType as Plain<RunInstancesRequest>['InstanceType'],
    ImageId: override.ImageId,
    SubnetId: pool.subnetId,
    Placement: isPlaced
      ? {
          ...Placement,
          ...(AvailabilityZone === undefined ? {} : { AvailabilityZone }),
          ...(AvailabilityZoneId === undefined ? {} : { AvailabilityZoneId }),
        }
      : undefined,
    InstanceMarketOptions:
      lifecycle === 'spot'
        ? { MarketType: 'spot', SpotOptions: { MaxPrice: override.MaxPrice } }
        : // Whatever its template says of the market, this part of a fleet is on demand.
          { MarketType: 'on-demand' },
  };
};
