import { isIPv4 } from 'node:net';
import { DomainError } from '../../../world/domain-error.ts';
import type {
  DriverNetwork,
  InstanceSpecification,
  NetworkCuts,
  SecurityRules,
} from '../driver.ts';
import type { MachineNetwork, MachinePlace } from '../machine-network.ts';
import type { WorldRun } from '../process-driver.ts';
import { GateProcess } from './gate-process.ts';
import { InstanceCgroups, limitsOfInstanceType } from './instance-cgroup.ts';
import type { InstanceCgroup } from './instance-cgroup.ts';
import type { JoiningInstance } from './messages.ts';
import type { Uplink } from './uplink.ts';
import type { Endpoint } from './wiring.ts';

export interface NetnsNetworkOptions {
  /** What makes the gate's namespaces and becomes the gate; `holder` as in `join`, of the first one that joins. */
  readonly command: (holder: number | undefined) => readonly string[];
  /** The gate has a user namespace of its own, which programs enter along with an instance's network. */
  readonly hasUserNamespace: boolean;
  readonly run: WorldRun;
  readonly realPort: (port: number) => number;
  readonly uplink: Uplink | undefined;
}

/** An address of the host's that programs in instances may be given; names and IPv6 lead nowhere from there. */
const endpointOf = (url: string | undefined): Endpoint | undefined => {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { hostname, port, protocol } = new URL(url);
  const address = hostname === 'localhost' ? '127.0.0.1' : hostname;
  if (!isIPv4(address)) return undefined;
  return { address, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) };
};

const joining = (
  specification: InstanceSpecification,
  endpoint: Endpoint | undefined,
  holder: number | undefined,
): JoiningInstance | DomainError => {
  const { instanceId, region, zoneId, privateAddress, securityRules } = specification;
  const networkInterface = specification.metadata()?.networkInterface;
  if (networkInterface === undefined) {
    return new DomainError('InternalError', `${instanceId} has no network interface any more.`);
  }
  const { vpcId, vpcCidrs, subnetCidr, mac } = networkInterface;
  if (!isIPv4(privateAddress) || !/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) {
    return new DomainError(
      'InternalError',
      `${instanceId} has no network interface: its address is '${privateAddress}', its MAC address '${mac}'.`,
    );
  }
  const prefix = Number(/\/(\d{1,2})$/.exec(subnetCidr)?.[1] ?? 32);
  return {
    instanceId,
    region,
    zoneId,
    vpcId,
    vpcCidr: vpcCidrs[0],
    vpcCidrs: vpcCidrs.filter((cidr) => isIPv4(cidr.split('/')[0] ?? '')),
    privateAddress,
    prefixLength: prefix,
    mac,
    rules: securityRules,
    endpoint,
    ...(holder === undefined ? {} : { holder }),
  };
};

/** The networks of a driver, and their gate, which begins with the first instance. */
export class NetnsNetwork implements MachineNetwork, DriverNetwork {
  readonly #options: NetnsNetworkOptions;
  readonly #cuts = new Map<string, NetworkCuts>();
  readonly #cgroups: InstanceCgroups;
  #gate: Promise<GateProcess | DomainError> | undefined;
  #isClosing = false;

  constructor(options: NetnsNetworkOptions) {
    this.#options = options;
    this.#cgroups = new InstanceCgroups(options.run.runId);
  }

  /** `holder` is a process whose network namespace is to be the instance's; without it one is made. */
  async join(
    specification: InstanceSpecification,
    metadataEndpoint: string,
    note: (line: string) => void,
    holder?: number,
  ): Promise<MachinePlace | DomainError> {
    const { instanceId, zoneId, region } = specification;
    const { hostname, port } = new URL(metadataEndpoint);
    const url = specification.environment['AWS_ENDPOINT_URL'];
    const endpoint = endpointOf(url);
    if (url !== undefined && endpoint === undefined)
      note(`the AWS API at ${url} cannot be reached: its address is no IPv4 address`);
    const instance = joining(specification, endpoint, holder);
    if (instance instanceof DomainError) return instance;
    const gate = await this.#openGate(holder);
    if (gate instanceof DomainError) return gate;
    gate.setHostSide(instanceId, {
      source: { instanceId, zoneId, region },
      address: specification.address,
      realPort: this.#options.realPort,
      metadata: { address: hostname, port: Number(port) },
      endpoint: endpoint?.address === '0.0.0.0' ? { ...endpoint, address: '127.0.0.1' } : endpoint,
      note,
    });
    const joined = await gate.ask({ kind: 'join', instance });
    if (joined instanceof DomainError || joined.path === undefined) {
      gate.setHostSide(instanceId, undefined);
      return joined instanceof DomainError
        ? joined
        : new DomainError('InternalError', `${instanceId} has no namespace.`);
    }
    // A container's limits are its engine's.
    const cgroup =
      holder === undefined
        ? await this.#cgroups.make(instanceId, limitsOfInstanceType(specification.instanceType))
        : undefined;
    return this.#place(instance, gate, joined.path, cgroup);
  }

  applyRules(
    instanceId: string,
    rules: SecurityRules | undefined,
  ): Promise<DomainError | undefined> {
    return this.#askIfOpen({ kind: 'rules', instanceId, rules });
  }

  cut(region: string, cuts: NetworkCuts): Promise<DomainError | undefined> {
    this.#cuts.set(region, cuts);
    return this.#askIfOpen({ kind: 'cut', region, cuts });
  }

  prepareToClose(): void {
    this.#isClosing = true;
  }

  async close(): Promise<void> {
    const gate = await this.#gate;
    this.#gate = undefined;
    if (gate instanceof GateProcess) await gate.close();
  }

  #place(
    instance: JoiningInstance,
    gate: GateProcess,
    path: string,
    cgroup: InstanceCgroup | undefined,
  ): MachinePlace {
    const { instanceId, privateAddress } = instance;
    const user = this.#options.hasUserNamespace
      ? [`--target=${gate.processId}`, '--user', '--preserve-credentials']
      : [];
    const silence = async (isSilent: boolean): Promise<DomainError | undefined> => {
      const answer = await gate.ask({ kind: 'silence', instanceId, isSilent });
      return answer instanceof DomainError ? answer : undefined;
    };
    return {
      enter: [...(cgroup?.enter ?? []), 'nsenter', ...user, `--net=${path}`, '--'],
      hostAddress: privateAddress,
      metadataEndpoint: 'http://169.254.169.254',
      silence: () => silence(true),
      speak: () => silence(false),
      leave: async () => {
        // What cannot be taken away orderly goes with the gate.
        if (!this.#isClosing) await gate.ask({ kind: 'leave', instanceId });
        gate.setHostSide(instanceId, undefined);
        await cgroup?.remove();
      },
    };
  }

  async #askIfOpen(request: Parameters<GateProcess['ask']>[0]): Promise<DomainError | undefined> {
    const gate = await this.#gate;
    if (gate === undefined || gate instanceof DomainError) return undefined;
    const answer = await gate.ask(request);
    return answer instanceof DomainError ? answer : undefined;
  }

  #openGate(holder: number | undefined): Promise<GateProcess | DomainError> {
    this.#gate ??= this.#beginGate(holder);
    return this.#gate;
  }

  async #beginGate(holder: number | undefined): Promise<GateProcess | DomainError> {
    const { command, run, uplink } = this.#options;
    // A gate that ended by itself took its networks along; the next instance that boots gets a new one.
    const lost = (): void => {
      this.#gate = undefined;
    };
    const gate = new GateProcess({ command: command(holder), run, uplink, lost });
    for (const request of [
      {
        kind: 'begin',
        block: uplink?.block,
        portOffset: uplink?.portOffset ?? 0,
      } as const,
      ...[...this.#cuts].map(([region, cuts]) => ({ kind: 'cut', region, cuts }) as const),
    ]) {
      const answer = await gate.ask(request);
      if (!(answer instanceof DomainError)) continue;
      await gate.close();
      // The next instance tries anew.
      this.#gate = undefined;
      return answer;
    }
    return gate;
  }
}
