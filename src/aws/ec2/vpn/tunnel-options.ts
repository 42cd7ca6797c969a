import type { VpnTunnelOptionsSpecification } from '@aws-sdk/client-ec2';
import type { DomainError } from '../../../world/domain-error.ts';
import type { Plain } from '../../operation.ts';
import { blockContains, formatIpv4Cidr, parseIpv4Cidr } from '../../shared/cidr.ts';
import { invalidParameterValue } from '../errors.ts';
import type { TunnelOptions } from './entities.ts';

type Asked = Plain<VpnTunnelOptionsSpecification>;

/** Bounds and values of VpnTunnelOptionsSpecification, Amazon EC2 API Reference. */
const ranges = {
  Phase1LifetimeSeconds: [900, 28_800],
  Phase2LifetimeSeconds: [900, 3600],
  RekeyMarginTimeSeconds: [60, 1800],
  RekeyFuzzPercentage: [0, 100],
  ReplayWindowSize: [64, 2048],
  DPDTimeoutSeconds: [30, Number.MAX_SAFE_INTEGER],
} as const satisfies { readonly [Name in keyof Asked]?: readonly [number, number] };

const encryption = ['AES128', 'AES256', 'AES128-GCM-16', 'AES256-GCM-16'];
const integrity = ['SHA1', 'SHA2-256', 'SHA2-384', 'SHA2-512'];
const laterGroups = [14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24];

const lists = {
  Phase1EncryptionAlgorithms: encryption,
  Phase2EncryptionAlgorithms: encryption,
  Phase1IntegrityAlgorithms: integrity,
  Phase2IntegrityAlgorithms: integrity,
  Phase1DHGroupNumbers: [2, ...laterGroups],
  Phase2DHGroupNumbers: [2, 5, ...laterGroups],
  IKEVersions: ['ikev1', 'ikev2'],
} as const satisfies { readonly [Name in keyof Asked]?: readonly (string | number)[] };

const words = {
  DPDTimeoutAction: ['clear', 'none', 'restart'],
  StartupAction: ['add', 'start'],
} as const satisfies { readonly [Name in keyof Asked]?: readonly string[] };

const invalid = (name: string, value: string | number): DomainError =>
  invalidParameterValue(`Value (${value}) for parameter ${name} is invalid.`);

/** The names of a record as its own keys. */
const namesOf = <T extends object>(record: T): readonly (keyof T & string)[] =>
  // The records above are literals: they have no other keys than those of their types.
  Object.keys(record) as (keyof T & string)[];

const checkLists = (asked: Asked): DomainError | undefined => {
  for (const name of namesOf(lists)) {
    const allowed: readonly (string | number)[] = lists[name];
    for (const { Value: value = '' } of asked[name] ?? []) {
      if (!allowed.includes(value)) return invalid(name, value);
    }
  }
  return undefined;
};

/** The key of a tunnel: "alphanumeric characters, periods (.), and underscores (_) [...] between 8 and 64 [...], cannot start with zero". */
const checkKey = ({ PreSharedKey: key }: Asked): DomainError | undefined =>
  key === undefined || /^[A-Za-z1-9._][\w.]{7,63}$/.test(key)
    ? undefined
    : invalidParameterValue(
        'Value for parameter PreSharedKey is invalid. It must be 8 to 64 alphanumeric characters, periods and underscores, and cannot start with zero.',
      );

/** "The following CIDR blocks are reserved and cannot be used." */
const reserved: readonly string[] = [
  ...[0, 1, 2, 3, 4, 5].map((third) => `169.254.${third}.0/30`),
  '169.254.169.252/30',
];

const linkLocal = { first: 0xa9_fe_00_00, prefixLength: 16 };

/** Whether a block can be the inside of a tunnel: a /30 of 169.254.0.0/16 that is not reserved. */
const isInsideCidr = (cidr: string): boolean => {
  const block = parseIpv4Cidr(cidr);
  return (
    block?.prefixLength === 30 &&
    formatIpv4Cidr(block) === cidr &&
    blockContains(linkLocal, block) &&
    !reserved.includes(cidr)
  );
};

/** Why a tunnel cannot be as it is asked for. */
export const checkTunnel = (asked: Asked): DomainError | undefined => {
  for (const name of namesOf(ranges)) {
    const [least, most] = ranges[name];
    const value = asked[name];
    if (value !== undefined && !(value >= least && value <= most)) return invalid(name, value);
  }
  for (const name of namesOf(words)) {
    const value = asked[name];
    const allowed: readonly string[] = words[name];
    if (value !== undefined && !allowed.includes(value)) return invalid(name, value);
  }
  const { Phase1LifetimeSeconds: first = 28_800, Phase2LifetimeSeconds: second = 3600 } = asked;
  // "This number must be less than the number of seconds for the phase 1 lifetime."
  if (second >= first) return invalid('Phase2LifetimeSeconds', second);
  // "Any value between 60 and half of Phase2LifetimeSeconds."
  const margin = asked.RekeyMarginTimeSeconds;
  if (margin !== undefined && margin > second / 2) return invalid('RekeyMarginTimeSeconds', margin);
  const inside = asked.TunnelInsideCidr;
  if (inside !== undefined && !isInsideCidr(inside)) return invalid('TunnelInsideCidr', inside);
  return checkLists(asked) ?? checkKey(asked);
};

const given = <T extends object>(members: T): { readonly [K in keyof T]?: NonNullable<T[K]> } =>
  // What is undefined is left out, so that the rest is there.
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof T]?: NonNullable<T[K]>;
  };

const valuesOf = <V>(
  list: readonly { readonly Value?: V | undefined }[] | undefined,
): readonly V[] | undefined => list?.flatMap(({ Value }) => Value ?? []);

/** What of a tunnel is kept as it was asked for. */
export const tunnelOptionsOf = (asked: Asked): TunnelOptions =>
  given({
    phase1LifetimeSeconds: asked.Phase1LifetimeSeconds,
    phase2LifetimeSeconds: asked.Phase2LifetimeSeconds,
    rekeyMarginTimeSeconds: asked.RekeyMarginTimeSeconds,
    rekeyFuzzPercentage: asked.RekeyFuzzPercentage,
    replayWindowSize: asked.ReplayWindowSize,
    dpdTimeoutSeconds: asked.DPDTimeoutSeconds,
    dpdTimeoutAction: asked.DPDTimeoutAction,
    startupAction: asked.StartupAction,
    enableTunnelLifecycleControl: asked.EnableTunnelLifecycleControl,
    phase1EncryptionAlgorithms: valuesOf(asked.Phase1EncryptionAlgorithms),
    phase2EncryptionAlgorithms: valuesOf(asked.Phase2EncryptionAlgorithms),
    phase1IntegrityAlgorithms: valuesOf(asked.Phase1IntegrityAlgorithms),
    phase2IntegrityAlgorithms: valuesOf(asked.Phase2IntegrityAlgorithms),
    phase1DhGroupNumbers: valuesOf(asked.Phase1DHGroupNumbers),
    phase2DhGroupNumbers: valuesOf(asked.Phase2DHGroupNumbers),
    ikeVersions: valuesOf(asked.IKEVersions),
  });
