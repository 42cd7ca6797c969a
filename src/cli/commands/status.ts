import { callAdmin, endpointOf } from '../admin-client.ts';
import { callerQuery, type CallerOptions } from '../caller-options.ts';
import { formatDuration } from '../../text/duration.ts';
import type { LatenessSummary } from '../../live/lateness-text.ts';
import { faultWords } from '../../admin/fault-words.ts';
import type { FaultSummary } from '../../admin/fault-summary.ts';
import type { BlockedPath } from '../../serving/runners/blocked-paths.ts';
import type { UserDataSummary } from '../../admin/user-data-summary.ts';
import type { RegionSummary, ZoneSummary } from '../../admin/world-summary.ts';
import { stdoutPaint } from '../../text/paint.ts';
import { UsageError } from '../../text/usage-error.ts';

interface Connection {
  readonly what: string;
  readonly where: string;
}

interface WorldAnswer {
  readonly version: string;
  readonly account: string;
  readonly clock: { readonly now: string; readonly speed: number };
  /** A world of an earlier version does not say. */
  readonly lateness?: LatenessSummary;
  readonly faults: readonly FaultSummary[];
  readonly regions: readonly RegionSummary[];
  /** A world of an earlier version does not say. */
  readonly blocked?: readonly BlockedPath[];
  /** A world of an earlier version does not say. */
  readonly userDataLeftOut?: readonly UserDataSummary[];
  /** A world of an earlier version does not say. */
  readonly behind?: readonly RouteSummary[];
  readonly connections: readonly Connection[];
}

/** Where calls of services go that are not Faultline's; no names of services stand for all others. */
interface RouteSummary {
  readonly services: readonly string[] | null;
  readonly endpoint: string;
  readonly emulator: string | null;
}

const { bad: red, good: green, dim, bold } = stdoutPaint;

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const isInUse = (zone: ZoneSummary): boolean =>
  zone.balancerNodes > 0 || Object.values(zone.instances).some((count) => count > 0);

const contents = (zone: ZoneSummary): string => {
  const instances = Object.entries(zone.instances)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const parts = instances.length === 0 ? [] : [`instances: ${instances.join(', ')}`];
  if (zone.balancerNodes > 0) parts.push(`balancer nodes: ${zone.balancerNodes}`);
  if (zone.state === 'ok' && zone.hostsLost > 0) {
    parts.push(red(`hosts: ${percent(zone.hostsLost)} lost`));
  }
  if (zone.capacityGone > 0) parts.push(red(`capacity: ${percent(zone.capacityGone)} gone`));
  for (const { types, vcpus, taken } of zone.stocks) {
    const of = types === null ? 'all types' : types.join(', ');
    parts.push(`${of}: ${taken} of ${vcpus} vCPUs taken`);
  }
  return parts.length === 0 ? dim('empty') : parts.join('   ');
};

const zoneLine = (zone: ZoneSummary, now: number): string => {
  const name = `${zone.id.padEnd(12)} ${(zone.name ?? '').padEnd(16)}`;
  const since =
    zone.impairedSince === null
      ? ''
      : ` for ${formatDuration(now - new Date(zone.impairedSince).getTime())}`;
  const state =
    zone.state === 'ok' ? green('ok'.padEnd(22)) : red(`${zone.state}${since}`.padEnd(22));
  return `    ${name} ${state} ${contents(zone)}`;
};

const regionLines = (region: RegionSummary, now: number): readonly string[] => {
  const state = region.state === 'disaster' ? red('  DISASTER') : '';
  const api = region.apiAnswers ? '' : red('  API silent');
  return [
    `  ${bold(region.code)}  ${region.longName}${state}${api}`,
    ...region.zones.map((zone) => zoneLine(zone, now)),
  ];
};

const faultLine = (fault: FaultSummary): string => {
  const until = fault.end === null ? 'until mended' : `until ${fault.end}`;
  const open = formatDuration(fault.openSeconds * 1000);
  const origin = fault.derivedFrom === undefined ? fault.id : `follows from ${fault.derivedFrom}`;
  return `  ${red(fault.target)} ${faultWords(fault)}  open for ${open}, ${until}  ${dim(origin)}`;
};

const shown = (
  world: WorldAnswer,
  options: { readonly region?: string; readonly all?: boolean },
): readonly RegionSummary[] => {
  const { region: code } = options;
  if (code !== undefined) {
    const found = world.regions.filter((region) => region.code === code);
    if (found.length === 0) throw new UsageError(`--region: there is no Region '${code}'.`);
    return found;
  }
  if (options.all === true) return world.regions;
  return world.regions.filter(
    (region) =>
      region.state !== 'ok' ||
      !region.apiAnswers ||
      region.zones.some(
        (zone) =>
          isInUse(zone) || zone.state !== 'ok' || zone.hostsLost > 0 || zone.capacityGone > 0,
      ),
  );
};

/** As many as a person reads; the rest is told by number. */
const mostBlocked = 20;

const blockedLines = (blocked: readonly BlockedPath[]): readonly string[] =>
  blocked.length === 0
    ? []
    : [
        bold('Blocked'),
        ...blocked.slice(0, mostBlocked).map(({ what, detail }) => `  ${red(what)}  ${detail}`),
        ...(blocked.length > mostBlocked
          ? [dim(`  and ${blocked.length - mostBlocked} more`)]
          : []),
        ...(blocked.some(({ detail }) => detail.includes('security group'))
          ? [
              dim(
                '  a security group is opened with: aws ec2 authorize-security-group-ingress --group-id sg-... --protocol tcp --port N --cidr 0.0.0.0/0',
              ),
            ]
          : []),
        '',
      ];

const leftOutLines = (summaries: readonly UserDataSummary[]): readonly string[] =>
  summaries.length === 0
    ? []
    : [
        bold('Left out of user data'),
        ...summaries.slice(0, mostBlocked).flatMap(({ instanceIds, instances, leftOut }) => {
          const others = instances - instanceIds.length;
          const more = others > 0 ? ` and ${others} more` : '';
          return [
            `  ${instanceIds.join(', ')}${more}`,
            ...leftOut.slice(0, mostBlocked).map((what) => `    ${red(what)}`),
          ];
        }),
        '',
      ];

const behindLines = (routes: readonly RouteSummary[]): readonly string[] =>
  routes.length === 0
    ? []
    : [
        bold('Behind') +
          dim("  their state is not this world's: no failure of a zone or Region reaches it"),
        ...routes.map(({ services, endpoint, emulator }) => {
          const names = services?.join(', ') ?? 'all other services';
          return `  ${names.padEnd(44)} ${endpoint}${emulator === null ? '' : ` (${emulator})`}`;
        }),
        '',
      ];

const latenessLines = ({ lateness }: WorldAnswer): readonly string[] => {
  if (lateness === undefined) return [];
  const { worldSeconds, worstWorldSeconds } = lateness;
  const spoken = (seconds: number): string => `${seconds.toFixed(2)} s`;
  return [
    `This machine was late by up to ${spoken(worldSeconds)} of world time in the last minute (${spoken(worstWorldSeconds)} since it began)`,
  ];
};

const report = (world: WorldAnswer, regions: readonly RegionSummary[]): readonly string[] => {
  const now = new Date(world.clock.now).getTime();
  const speed = world.clock.speed === 0 ? 'standing still' : `${world.clock.speed} x real time`;
  const others = world.regions.length - regions.length;
  return [
    `Faultline ${world.version}   world time ${world.clock.now} (${speed})   account ${world.account}`,
    ...latenessLines(world),
    '',
    bold('Broken'),
    ...(world.faults.length === 0 ? [`  ${green('nothing')}`] : world.faults.map(faultLine)),
    '',
    bold('Regions in use'),
    ...(regions.length === 0
      ? ['  none yet']
      : regions.flatMap((region) => regionLines(region, now))),
    ...(others > 0 ? [dim(`  and ${others} Regions where nothing is (--all shows them)`)] : []),
    '',
    ...blockedLines(world.blocked ?? []),
    ...leftOutLines(world.userDataLeftOut ?? []),
    ...behindLines(world.behind ?? []),
    bold('Connect'),
    ...world.connections.map(({ what, where }) => `  ${what.padEnd(44)} ${where}`),
  ];
};

/** `faultline status`: the world at a glance. */
export const status = async (
  options: CallerOptions & {
    readonly endpoint?: string;
    readonly json?: boolean;
    readonly all?: boolean;
  },
): Promise<void> => {
  const endpoint = endpointOf(options.endpoint);
  const query = new URLSearchParams(await callerQuery(endpoint, options));
  // The admin API answers the world in this form.
  const world = (await callAdmin(endpoint, 'GET', `/world?${query.toString()}`)) as WorldAnswer;
  const regions = shown(world, options);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ ...world, regions })}\n`
      : `${report(world, regions).join('\n')}\n`,
  );
};
