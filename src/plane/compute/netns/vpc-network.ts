import { DomainError } from '../../../world/domain-error.ts';
import type { NetworkCuts, SecurityRules } from '../driver.ts';
import type { JoiningInstance } from './messages.ts';
import { hostNameServers } from './name-service.ts';
import { adoptNamespace, makeNamespace, runHere } from './namespace.ts';
import type { Namespace } from './namespace.ts';
import { RuleWriter } from './rule-writer.ts';
import { rulesCommands } from './rules-text.ts';
import {
  cutCommands,
  gateAddress,
  instanceBound,
  instancePortScript,
  instanceScript,
  ipCommands,
  nftCommands,
  noInstancePortScript,
  presentCommands,
  silenceCommands,
  vpcDnsAddress,
  vpcLinkName,
  vpcLinkScript,
  vpcScript,
  zoneScript,
} from './wiring.ts';
import type { InstanceWire, VpcLink } from './wiring.ts';

/** An instance that is in its VPC. */
export interface JoinedInstance {
  readonly namespace: Namespace;
  /** The address under which the gate knows it. */
  readonly gateAddress: string;
}

interface Member extends JoinedInstance {
  readonly wire: InstanceWire;
  hasRules: boolean;
  isSilent: boolean;
}

interface Presented {
  readonly publicIp: string;
  /** Settles when it is in force. */
  readonly written: Promise<DomainError | undefined>;
}

/** One VPC of one Region: a namespace that routes, a bridge for each zone, and the namespaces of its instances. */
export class VpcNetwork {
  readonly #link: VpcLink;
  readonly #namespace: Namespace;
  readonly #rules: RuleWriter;
  readonly #nameServers: readonly string[];
  readonly #zones = new Map<string, Promise<DomainError | undefined>>();
  readonly #members = new Map<string, Member>();
  readonly #addresses = new Map<string, string>();
  readonly #numbers = new Set<number>();
  /** Mirrored addresses of the host, and the public ones that they are presented as. */
  readonly #presented = new Map<string, Presented>();
  #cuts: NetworkCuts;
  #lastNumber = 0;

  private constructor(
    link: VpcLink,
    namespace: Namespace,
    vpcCidr: string | undefined,
    cuts: NetworkCuts,
  ) {
    this.#link = link;
    const ofVpc = vpcCidr === undefined ? undefined : vpcDnsAddress(vpcCidr);
    this.#nameServers = [
      ...new Set([...(ofVpc === undefined ? [] : [ofVpc]), ...hostNameServers()]),
    ];
    this.#cuts = cuts;
    this.#namespace = namespace;
    this.#rules = new RuleWriter(namespace);
  }

  static async make(
    link: VpcLink,
    vpcCidr: string | undefined,
    cuts: NetworkCuts,
  ): Promise<VpcNetwork | DomainError> {
    const namespace = await makeNamespace(
      (holder) => runHere(vpcLinkScript(link, holder)),
      vpcScript(link, vpcCidr) + nftCommands(cutCommands(cuts.zonePairs, [])),
    );
    if (namespace instanceof DomainError) return namespace;
    return new VpcNetwork(link, namespace, vpcCidr, cuts);
  }

  /** Makes an instance's place. `block` is what it reaches of the host's loopback addresses. */
  async join(
    instance: JoiningInstance,
    block: string | undefined,
  ): Promise<JoinedInstance | DomainError> {
    const { instanceId, privateAddress, rules, endpoint, holder } = instance;
    const holderOfAddress = this.#addresses.get(privateAddress);
    if (holderOfAddress !== undefined) {
      return new DomainError(
        'InternalError',
        `${privateAddress} is the address of ${holderOfAddress} already, in ${instance.vpcId}.`,
      );
    }
    const number = this.#freeNumber();
    if (number instanceof DomainError) return number;
    this.#addresses.set(privateAddress, instanceId);
    this.#numbers.add(number);
    const wire: InstanceWire = { ...instance, link: this.#link, number };
    const problem = await this.#zone(instance.zoneId);
    const wireTo = (processId: number): Promise<DomainError | undefined> =>
      this.#namespace.run(
        instancePortScript(wire, processId) + nftCommands(rulesCommands(wire, false, rules)),
      );
    // What a container engine made of its resolv.conf is unknown; without any, programs ask at 127.0.0.1.
    const nameServers =
      holder === undefined ? this.#nameServers : [...new Set([...this.#nameServers, '127.0.0.1'])];
    const script = instanceScript(wire, {
      endpoint,
      block,
      nameServers,
      vpcCidrs: instance.vpcCidrs,
    });
    const namespace =
      problem ??
      (holder === undefined
        ? await makeNamespace(wireTo, script)
        : await adoptNamespace(holder, wireTo, script));
    if (namespace instanceof DomainError) {
      // What was half made has its addresses taken away where it can be; that it cannot is no second problem.
      await this.#namespace.run(noInstancePortScript(wire));
      this.#forget(wire);
      return namespace;
    }
    const member: Member = {
      namespace,
      wire,
      gateAddress: gateAddress(this.#link, number),
      hasRules: rules !== undefined,
      isSilent: false,
    };
    this.#members.set(instanceId, member);
    if (this.#cuts.instanceIds.includes(instanceId)) await this.#writeCuts();
    return member;
  }

  async leave(instanceId: string): Promise<DomainError | undefined> {
    const member = this.#members.get(instanceId);
    if (member === undefined) return undefined;
    const { wire, hasRules, isSilent } = member;
    this.#members.delete(instanceId);
    if (this.#cuts.instanceIds.includes(instanceId)) await this.#writeCuts();
    const problem = await this.#namespace.run(
      nftCommands([
        ...rulesCommands(wire, hasRules, undefined),
        ...(isSilent ? silenceCommands(wire, false) : []),
      ]) + noInstancePortScript(wire),
    );
    member.namespace.close();
    this.#forget(wire);
    return problem;
  }

  async silence(instanceId: string, isSilent: boolean): Promise<DomainError | undefined> {
    const member = this.#members.get(instanceId);
    if (member === undefined || member.isSilent === isSilent) return undefined;
    member.isSilent = isSilent;
    return this.#rules.write(silenceCommands(member.wire, isSilent));
  }

  async applyRules(
    instanceId: string,
    rules: SecurityRules | undefined,
  ): Promise<DomainError | undefined> {
    const member = this.#members.get(instanceId);
    if (member === undefined) return undefined;
    const commands = rulesCommands(member.wire, member.hasRules, rules);
    member.hasRules = rules !== undefined;
    return this.#rules.write(commands);
  }

  /** What the gate brings from a mirrored address of the host seems to come from a public address from now on. */
  present(mirror: string, publicIp: string): Promise<DomainError | undefined> {
    const before = this.#presented.get(mirror);
    if (before?.publicIp === publicIp) return before.written;
    const commands = presentCommands(mirror, publicIp, before?.publicIp);
    const presented: Presented = { publicIp, written: this.#rules.write(commands) };
    this.#presented.set(mirror, presented);
    void presented.written.then((problem) => {
      // What could not be written is tried again at the next connection, beginning from what is in force.
      if (problem === undefined || this.#presented.get(mirror) !== presented) return;
      if (before === undefined) this.#presented.delete(mirror);
      else this.#presented.set(mirror, before);
    });
    return presented.written;
  }

  cut(cuts: NetworkCuts): Promise<DomainError | undefined> {
    this.#cuts = cuts;
    return this.#writeCuts();
  }

  close(): Promise<DomainError | undefined> {
    this.#namespace.close();
    return runHere(ipCommands([`link delete dev ${vpcLinkName(this.#link)}`]));
  }

  #zone(zoneId: string): Promise<DomainError | undefined> {
    const known = this.#zones.get(zoneId);
    if (known !== undefined) return known;
    const made = this.#namespace.run(zoneScript(zoneId));
    this.#zones.set(zoneId, made);
    return made;
  }

  #writeCuts(): Promise<DomainError | undefined> {
    const addresses = this.#cuts.instanceIds.flatMap(
      (instanceId) => this.#members.get(instanceId)?.wire.privateAddress ?? [],
    );
    return this.#rules.write(cutCommands(this.#cuts.zonePairs, [...new Set(addresses)]));
  }

  #freeNumber(): number | DomainError {
    if (this.#numbers.size >= instanceBound) {
      return new DomainError('InternalError', 'A VPC has no room for more instances here.');
    }
    do this.#lastNumber = (this.#lastNumber % instanceBound) + 1;
    while (this.#numbers.has(this.#lastNumber));
    return this.#lastNumber;
  }

  #forget(wire: InstanceWire): void {
    this.#addresses.delete(wire.privateAddress);
    this.#numbers.delete(wire.number);
  }
}
