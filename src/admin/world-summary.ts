import type { Zone } from '../atlas/geography.ts';
import { zoneNamesOf } from '../atlas/zone-names.ts';
import { occupantsOf, takenVcpus } from '../aws/ec2/capacity/zone-stock.ts';
import { Instances } from '../aws/ec2/instances/instance-entities.ts';
import { LoadBalancers } from '../aws/elbv2/entities.ts';
import type { World } from '../world/world.ts';
import { regionOptStatus } from '../aws/account/regions.ts';
import { noAccount, partitionShard } from '../world/entity.ts';

/** A zone as `GET /_faultline/world` shows it. */
export interface ZoneSummary {
  readonly id: string;
  /** Its name for the account that was asked for, or the world's default; null when that account does not see it. */
  readonly name: string | null;
  readonly state: 'ok' | 'no power' | 'no network';
  readonly impairedSince: string | null;
  /** About the share of its hosts without power or network, 0 to 1. */
  readonly hostsLost: number;
  /** Instances by state, of all accounts unless those of one alone were asked for. */
  readonly instances: Readonly<Record<string, number>>;
  readonly balancerNodes: number;
  /** The share of its machines of all types that is gone, 0 to 1: a shortage, or a rush. */
  readonly capacityGone: number;
  /** What it has of machines, when the world says so; what it does not say is endless. */
  readonly stocks: readonly StockSummary[];
}

/** A stock of a zone as `GET /_faultline/world` shows it. */
interface StockSummary {
  /** Families and types; null for all. */
  readonly types: readonly string[] | null;
  readonly vcpus: number;
  /** vCPUs of all accounts' instances that are neither stopped nor gone. */
  readonly taken: number;
}

/** A Region as `GET /_faultline/world` shows it. */
export interface RegionSummary {
  readonly code: string;
  readonly longName: string;
  readonly optInStatus: string;
  readonly state: 'ok' | 'disaster';
  readonly apiAnswers: boolean;
  readonly zones: readonly ZoneSummary[];
}

const isoTime = (worldMs: number): string => new Date(worldMs).toISOString();

interface ZoneLoad {
  readonly instances: Record<string, number>;
  balancerNodes: number;
}

/** What stands in each zone of a Region, over all accounts or of one alone. */
const loadsOf = (
  world: World,
  region: string,
  onlyOf: string | undefined,
): ReadonlyMap<string, ZoneLoad> => {
  const loads = new Map<string, ZoneLoad>();
  const load = (zoneId: string): ZoneLoad => {
    const known = loads.get(zoneId) ?? { instances: {}, balancerNodes: 0 };
    loads.set(zoneId, known);
    return known;
  };
  for (const view of world.viewsOf(region)) {
    if (onlyOf !== undefined && view.account !== onlyOf) continue;
    for (const instance of view.list(Instances)) {
      const { instances } = load(instance.zoneId);
      instances[instance.state] = (instances[instance.state] ?? 0) + 1;
    }
    for (const loadBalancer of view.list(LoadBalancers)) {
      for (const zone of loadBalancer.zones) load(zone.zoneId).balancerNodes += 1;
    }
  }
  return loads;
};

const stocksOf = (world: World, zone: Zone): readonly StockSummary[] => {
  const stocks = world.geography.stocksOf(zone.id);
  if (stocks.length === 0) return [];
  const occupants = world.shards().includes(zone.region)
    ? occupantsOf(world.view(zone.region, noAccount), zone.id)
    : [];
  return stocks.map((stock) => ({
    types: stock.types ?? null,
    vcpus: stock.vcpus,
    taken: takenVcpus(stock, occupants),
  }));
};

/**
 * Everything at a glance: Regions, zones by the names that an account has for them, conditions, and what stands where; with
 * `isOwn` only what is that account's.
 */
export const summarizeRegions = (
  world: World,
  account: string,
  isOwn = false,
): readonly RegionSummary[] => {
  const partition = world.view(partitionShard, account);
  return world.geography.regions.map((region) => {
    const loads = loadsOf(world, region.code, isOwn ? account : undefined);
    const names = zoneNamesOf(region, account, world.seed);
    return {
      code: region.code,
      longName: region.longName,
      optInStatus: regionOptStatus(partition, region.code),
      state: world.conditions.regionAlive(region.code) ? 'ok' : 'disaster',
      apiAnswers: world.conditions.apiAnswers(region.code, 'ec2'),
      zones: world.geography.zonesOf(region.code).map((zone) => {
        const condition = world.conditions.zone(zone.id);
        const load = loads.get(zone.id);
        return {
          id: zone.id,
          name: names.find((candidate) => candidate.id === zone.id)?.name ?? null,
          state: condition.powered ? (condition.connected ? 'ok' : 'no network') : 'no power',
          impairedSince:
            condition.impairedSince === undefined ? null : isoTime(condition.impairedSince),
          hostsLost: condition.struckShare,
          instances: load?.instances ?? {},
          balancerNodes: load?.balancerNodes ?? 0,
          capacityGone: world.conditions.capacity(zone.id, undefined, world.clock.now()).goneShare,
          stocks: stocksOf(world, zone),
        };
      }),
    };
  });
};
