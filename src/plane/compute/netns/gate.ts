import { BlockList, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { once } from 'node:events';
import { DomainError } from '../../../world/domain-error.ts';
import type { NetworkCuts } from '../driver.ts';
import { destinationOf } from './destination.ts';
import { HostMirror } from './host-mirror.ts';
import { InstancePorts, ListeningSockets } from './listening-in.ts';
import type { FromGate, GateRequest, JoiningInstance } from './messages.ts';
import { NameService } from './name-service.ts';
import { openSocketTables, runHere } from './namespace.ts';
import type { SocketTables } from './namespace.ts';
import { VpcNetwork } from './vpc-network.ts';
import { WaysIn } from './ways-in.ts';
import {
  endpointPort,
  gateScript,
  metadataAddress,
  metadataPort,
  mirrored,
  outsideAddress,
  outsidePorts,
  vpcBound,
} from './wiring.ts';

/** How often instances are asked which ports they listen on; rarer when many make that slow. */
const lookMs = 100;

/** At every so many looks, one instance after the other is looked at thoroughly. */
const looksPerThoroughLook = 30;

const nothingCut: NetworkCuts = { zonePairs: [], instanceIds: [] };

interface Vpc {
  readonly number: number;
  readonly network: Promise<VpcNetwork | DomainError>;
  instances: number;
}

interface Guest {
  readonly vpcKey: string;
  readonly gateAddress: string;
  readonly waysIn: WaysIn;
  readonly tables: SocketTables;
  /** Whether an address is one of its VPC. */
  readonly isInside: (address: string) => boolean;
}

type Answer = { readonly path?: string } | DomainError;

const done: Answer = {};

/**
 * Holds all networks of a driver, from within a namespace of its own that reaches every instance: it makes VPCs and
 * instances' places in them, and passes connections between them and the host. When it ends, all of it is gone.
 */
export class Gate {
  readonly #send: (message: FromGate, socket?: Socket) => void;
  readonly #vpcs = new Map<string, Vpc>();
  readonly #vpcNumbers = new Set<number>();
  readonly #cuts = new Map<string, NetworkCuts>();
  readonly #guests = new Map<string, Guest>();
  readonly #guestsByAddress = new Map<string, string>();
  readonly #names: NameService;
  /** Who waits for the public address of a client. */
  readonly #clients = new Map<number, (publicIp: string | undefined) => void>();
  #asked = 0;
  #block: string | undefined;
  #mirror: HostMirror | undefined;
  #looking: NodeJS.Timeout | undefined;
  #looks = 0;

  constructor(send: (message: FromGate, socket?: Socket) => void) {
    this.#send = send;
    this.#names = new NameService({
      ask: (address, number, base64) => {
        const instanceId = this.#guestsByAddress.get(address);
        if (instanceId !== undefined) send({ kind: 'question', number, instanceId, base64 });
      },
      accept: (socket) =>
        this.#passOn(socket, (instanceId) => ({ kind: 'asked', instanceId, service: 'dns' })),
    });
  }

  async answer(request: GateRequest): Promise<Answer> {
    switch (request.kind) {
      case 'begin':
        return await this.#begin(request.block, request.portOffset);
      case 'join':
        return await this.#join(request.instance);
      case 'leave':
        return await this.#leave(request.instanceId);
      case 'silence':
        return await this.#inVpc(request.instanceId, (network) =>
          network.silence(request.instanceId, request.isSilent),
        );
      case 'rules':
        return await this.#inVpc(request.instanceId, (network) =>
          network.applyRules(request.instanceId, request.rules),
        );
      case 'cut':
        return await this.#cut(request.region, request.cuts);
    }
  }

  /** Takes the way in to a port that was wanted; undefined when there is none. */
  takeWayIn(instanceId: string, port: number, socket: Server | undefined): void {
    const waysIn = this.#guests.get(instanceId)?.waysIn;
    if (waysIn === undefined) socket?.close();
    else if (socket === undefined) waysIn.refuse(port);
    else waysIn.take(port, socket);
  }

  /** Takes a connection of the host's to a port of an instance. */
  takeConnection(instanceId: string, port: number, client: Socket): void {
    const waysIn = this.#guests.get(instanceId)?.waysIn;
    if (waysIn === undefined) client.destroy();
    else waysIn.accept(client, port);
  }

  /** Takes the public address that a client was asked for. */
  takePublicAddress(number: number, publicIp: string | undefined): void {
    this.#clients.get(number)?.(publicIp);
    this.#clients.delete(number);
  }

  /** Takes what the DNS server said to a question. */
  takeAnswer(number: number, base64: string | undefined): void {
    this.#names.answer(number, base64);
  }

  async #begin(block: string | undefined, portOffset: number): Promise<Answer> {
    const problem = await runHere(gateScript(block));
    if (problem !== undefined) return problem;
    this.#block = block;
    if (block !== undefined) {
      this.#mirror = new HostMirror({
        // The main process is in the host's network.
        host: new ListeningSockets(openSocketTables(process.ppid)),
        block,
        portOffset,
        accept: (target, socket) =>
          this.#passOn(socket, (instanceId) => ({ kind: 'towards', instanceId, target })),
      });
    }
    await Promise.all([
      this.#names.listen(),
      ...outsidePorts.map((port) => this.#serveOutside(port)),
      this.#serve(metadataPort, 'metadata'),
      this.#serve(endpointPort, 'endpoint'),
    ]);
    return done;
  }

  /** Passes connections that instances make to something of the host's on to the main process. */
  async #serve(port: number, service: 'metadata' | 'endpoint'): Promise<void> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
      this.#passOn(socket, (instanceId) => ({ kind: 'asked', instanceId, service })),
    );
    server.listen({ host: metadataAddress, port });
    await once(server, 'listening');
  }

  /** Passes on what instances send to the Internet. */
  async #serveOutside(port: number): Promise<void> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      const guest = this.#guests.get(this.#guestsByAddress.get(socket.remoteAddress ?? '') ?? '');
      const target =
        guest === undefined
          ? undefined
          : destinationOf(guest.tables, socket.remotePort ?? 0, guest.isInside);
      if (target === undefined) socket.resetAndDestroy();
      else this.#passOn(socket, (instanceId) => ({ kind: 'outward', instanceId, target }));
    });
    server.listen({ host: outsideAddress, port });
    await once(server, 'listening');
  }

  #passOn(socket: Socket, messageOf: (instanceId: string) => FromGate): void {
    const instanceId = this.#guestsByAddress.get(socket.remoteAddress ?? '');
    if (instanceId === undefined) socket.destroy();
    else this.#send(messageOf(instanceId), socket);
  }

  async #join(instance: JoiningInstance): Promise<Answer> {
    const vpcKey = `${instance.region}/${instance.vpcId}`;
    const vpc = this.#vpc(vpcKey, instance);
    if (vpc instanceof DomainError) return vpc;
    vpc.instances += 1;
    const network = await vpc.network;
    const joined =
      network instanceof DomainError ? network : await network.join(instance, this.#block);
    if (joined instanceof DomainError) {
      await this.#letGo(vpcKey, vpc);
      return joined;
    }
    const { instanceId } = instance;
    const waysIn = new WaysIn(
      new InstancePorts(joined.namespace.tables, instance.privateAddress),
      joined.gateAddress,
      (port) => this.#send({ kind: 'wanted', instanceId, port }),
      (client) => (this.#isOfWorld(client) ? this.#presentAs(client, instanceId) : undefined),
    );
    const blocks = new BlockList();
    for (const cidr of instance.vpcCidrs) {
      const [base = '', prefix = '32'] = cidr.split('/');
      blocks.addSubnet(base, Number(prefix));
    }
    this.#guests.set(instanceId, {
      vpcKey,
      gateAddress: joined.gateAddress,
      waysIn,
      tables: joined.namespace.tables,
      isInside: (address) => blocks.check(address),
    });
    this.#guestsByAddress.set(joined.gateAddress, instanceId);
    this.#lookIn(lookMs);
    return { path: joined.namespace.path };
  }

  /** Whether a client is somebody of the world. What comes from the first address of the block comes from nobody in particular. */
  #isOfWorld(client: string): boolean {
    if (this.#block === undefined) return false;
    const [base = ''] = this.#block.split('/');
    // A block is a /16.
    return client !== base && client.startsWith(base.replace(/\d+\.\d+$/, ''));
  }

  /** Has a client of the world come to an instance from its public address, if it has one; gives the address to come from here. */
  async #presentAs(client: string, instanceId: string): Promise<string | undefined> {
    this.#asked += 1;
    const number = this.#asked;
    const publicIp = await new Promise<string | undefined>((resolve) => {
      this.#clients.set(number, resolve);
      this.#send({ kind: 'whose', number, address: client });
    });
    if (publicIp === undefined) return undefined;
    const mirror = mirrored(client);
    const answer = await this.#inVpc(instanceId, (network) => network.present(mirror, publicIp));
    return answer instanceof DomainError ? undefined : mirror;
  }

  async #leave(instanceId: string): Promise<Answer> {
    const guest = this.#guests.get(instanceId);
    if (guest === undefined) return done;
    this.#guests.delete(instanceId);
    this.#guestsByAddress.delete(guest.gateAddress);
    guest.waysIn.close();
    const vpc = this.#vpcs.get(guest.vpcKey);
    const network = await vpc?.network;
    if (vpc === undefined || network === undefined || network instanceof DomainError) return done;
    const problem = await network.leave(instanceId);
    await this.#letGo(guest.vpcKey, vpc);
    return problem ?? done;
  }

  async #inVpc(
    instanceId: string,
    act: (network: VpcNetwork) => Promise<DomainError | undefined>,
  ): Promise<Answer> {
    const guest = this.#guests.get(instanceId);
    const network = guest === undefined ? undefined : await this.#vpcs.get(guest.vpcKey)?.network;
    if (network === undefined || network instanceof DomainError) return done;
    return (await act(network)) ?? done;
  }

  async #cut(region: string, cuts: NetworkCuts): Promise<Answer> {
    this.#cuts.set(region, cuts);
    const there = [...this.#vpcs].filter(([key]) => key.startsWith(`${region}/`));
    const problems = await Promise.all(
      there.map(async ([, vpc]) => {
        const network = await vpc.network;
        return network instanceof DomainError ? undefined : network.cut(cuts);
      }),
    );
    return problems.find((problem) => problem !== undefined) ?? done;
  }

  #vpc(key: string, { region, vpcCidr }: JoiningInstance): Vpc | DomainError {
    const known = this.#vpcs.get(key);
    if (known !== undefined) return known;
    let number = 0;
    while (this.#vpcNumbers.has(number)) number += 1;
    if (number >= vpcBound)
      return new DomainError('InternalError', 'There is no room for more VPCs here.');
    this.#vpcNumbers.add(number);
    const network = VpcNetwork.make({ number }, vpcCidr, this.#cuts.get(region) ?? nothingCut);
    const vpc: Vpc = { number, network, instances: 0 };
    this.#vpcs.set(key, vpc);
    return vpc;
  }

  /** An instance has gone, and with the last one its VPC's network. */
  async #letGo(key: string, vpc: Vpc): Promise<void> {
    vpc.instances -= 1;
    if (vpc.instances > 0) return;
    this.#vpcs.delete(key);
    const network = await vpc.network;
    // A namespace goes when nothing holds it, whether its link could be taken away before or not.
    if (!(network instanceof DomainError)) await network.close();
    this.#vpcNumbers.delete(vpc.number);
  }

  /** While there are instances, looks again and again at what they listen on, for a tenth of a core at most. */
  #lookIn(delayMs: number): void {
    if (this.#looking !== undefined) return;
    this.#looking = setTimeout(() => {
      this.#looking = undefined;
      // Not the time that went by: on a busy host that says nothing of the work that a look is.
      const before = process.cpuUsage();
      this.#look();
      const { user, system } = process.cpuUsage(before);
      if (this.#guests.size > 0) this.#lookIn(Math.max(lookMs, (10 * (user + system)) / 1000));
    }, delayMs);
  }

  #look(): void {
    this.#looks += 1;
    const isTurn = this.#looks % looksPerThoroughLook === 0;
    this.#mirror?.follow(isTurn);
    const turn = (this.#looks / looksPerThoroughLook) % Math.max(1, this.#guests.size);
    let index = 0;
    for (const { waysIn } of this.#guests.values()) {
      waysIn.follow(isTurn && index === turn);
      index += 1;
    }
  }
}
