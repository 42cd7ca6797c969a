import { parseIpv4Cidr } from '../../../aws/shared/cidr.ts';
import { formatIpv4Address } from '../../../aws/shared/ip-address.ts';

// What the network tools of Linux (ip, nft, sh) are told. Addresses of class E (240.0.0.0/4) join the namespaces among
// one another: no VPC can have them, so that its own addresses may be anything.

/** Where every instance finds its metadata service. Source: EC2 User Guide, "Use the Instance Metadata Service". */
export const metadataAddress = '169.254.169.254';
export const metadataPort = 80;
/** Where the gate answers for the AWS API; instances are led there from the address that the host has it at. */
export const endpointPort = 4566;

/** Amazon's own address for the DNS server of every VPC. Source: Amazon VPC User Guide, "Amazon DNS server". */
export const dnsAddress = '169.254.169.253';
export const dnsPort = 53;

/**
 * The host's loopback addresses of a block (127.16.0.0/16) as instances' packets name them on their way to the gate, which
 * has them all: 252.16.0.0/16.
 */
export const mirrored = (loopback: string): string => loopback.replace(/^127\./, '252.');

/** The router as instances see it: one hop to everything. */
const router = { address: '169.254.1.1', mac: '02:fa:00:00:00:01' } as const;

/** The table of all our rules, in each namespace its own. */
const table = 'ip faultline';

/** How many VPCs and how many instances in each there may be at once. */
export const vpcBound = 2048;
export const instanceBound = 65_534;

/** A VPC's namespace, by its number. */
export interface VpcLink {
  readonly number: number;
}

const linkAddress = ({ number }: VpcLink, side: 1 | 2): string =>
  `248.${number >> 8}.${number & 255}.${side}`;

/** The address under which the gate knows an instance: of its VPC's number and its own there. */
export const gateAddress = ({ number }: VpcLink, instance: number): string =>
  `${240 + (number >> 8)}.${number & 255}.${instance >> 8}.${instance & 255}`;

/** The name of the link to a VPC, in the gate's namespace. */
export const vpcLinkName = ({ number }: VpcLink): string => `vpc${number}`;

/** The port of an instance at its zone's bridge. */
const instancePort = (instance: number): string => `i${instance}`;

/** Linux bounds names of interfaces to 15 characters; a zone's own id is the best one that there is. */
export const zoneBridge = (zoneId: string): string =>
  /^[a-z][a-z0-9]*-[a-z0-9-]+$/.test(zoneId) && zoneId.length <= 15
    ? zoneId
    : `z-${Buffer.from(zoneId).toString('hex').slice(-13)}`;

const document = (program: string, text: string): string =>
  `${program} <<'FAULTLINE'\n${text}\nFAULTLINE\n`;

/** A line of shell that has `ip` do several things. */
export const ipCommands = (lines: readonly string[]): string =>
  document('ip -batch -', lines.join('\n'));

/** A line of shell that changes rules, all of them or none. */
export const nftCommands = (lines: readonly string[]): string =>
  document('nft -f -', lines.join('\n'));

/** Namespaces that begin here have tables of connections of their own, so that looking through one costs next to nothing. */
const ownTables =
  'f=/proc/sys/net/ipv4/tcp_child_ehash_entries; if [ -w $f ]; then echo 4096 > $f; fi\n';

/** In the gate's namespace, at its beginning. It forwards nothing: VPCs stay apart. */
export const gateScript = (block: string | undefined): string =>
  ownTables +
  ipCommands([
    'link set dev lo up',
    `address add ${metadataAddress}/32 dev lo`,
    `address add ${dnsAddress}/32 dev lo`,
    `address add ${outsideAddress}/32 dev lo`,
    ...(block === undefined ? [] : [`route add local ${mirrored(block)} dev lo`]),
  ]);

/** In the gate's namespace: the link to a new VPC, whose namespace a process holds. */
export const vpcLinkScript = (link: VpcLink, holder: number): string =>
  ipCommands([
    `link add name ${vpcLinkName(link)} type veth peer name gate netns ${holder}`,
    `address add ${linkAddress(link, 1)}/30 dev ${vpcLinkName(link)}`,
    `link set dev ${vpcLinkName(link)} up`,
    `route add ${gateAddress(link, 0)}/16 via ${linkAddress(link, 2)}`,
  ]);

/** An address of a block, counted from its base. */
const addressIn = (cidr: string, index: number): string | undefined => {
  const block = parseIpv4Cidr(cidr);
  return block === undefined ? undefined : formatIpv4Address(block.first + index);
};

/** The router of a block: its first address. Source: Amazon VPC User Guide, "Subnet CIDR blocks". */
const firstOf = (cidr: string): string | undefined => addressIn(cidr, 1);

/** The DNS server of a VPC: two above the base of its primary block. Source: Amazon VPC User Guide, "Amazon DNS server". */
export const vpcDnsAddress = (cidr: string): string | undefined => addressIn(cidr, 2);

/** Elements of the set of pairs that are cut: packets are looked up by the bridge that they come from and go to. */
const cutElements = (pairs: readonly (readonly [string, string])[]): string =>
  pairs
    .flatMap(([one, other]) => {
      const [from, to] = [zoneBridge(one), zoneBridge(other)];
      return [`"${from}" . "${to}"`, `"${to}" . "${from}"`];
    })
    .join(', ');

/** In a VPC's namespace: makes these all that is cut, zones from one another and addresses from all. */
export const cutCommands = (
  pairs: readonly (readonly [string, string])[],
  addresses: readonly string[],
): readonly string[] => {
  const different = pairs.filter(([one, other]) => one !== other);
  const unique = new Map(different.map((pair) => [pair.toSorted().join(' '), pair]));
  return [
    `flush set ${table} cut`,
    ...(unique.size === 0
      ? []
      : [`add element ${table} cut { ${cutElements([...unique.values()])} }`]),
    `flush set ${table} isolated`,
    ...(addresses.length === 0
      ? []
      : [`add element ${table} isolated { ${addresses.join(', ')} }`]),
  ];
};

/**
 * In a new VPC's namespace. It is the VPC's router: what goes from one instance to another passes `passing`, also within a
 * zone. What leads nowhere is dropped in silence, as on AWS. What the gate brings seems to come from the VPC's router,
 * or from the public address that its client has in the world.
 */
export const vpcScript = (link: VpcLink, vpcCidr: string | undefined): string => {
  const source = vpcCidr === undefined ? undefined : firstOf(vpcCidr);
  return [
    'echo 1 > /proc/sys/net/ipv4/ip_forward\n',
    'echo 0 > /proc/sys/net/ipv4/conf/all/send_redirects\n',
    'echo 0 > /proc/sys/net/ipv4/conf/default/send_redirects\n',
    ipCommands([
      'link set dev lo up',
      `address add ${linkAddress(link, 2)}/30 dev gate`,
      'link set dev gate up',
      ...[metadataAddress, dnsAddress, outsideAddress, '252.0.0.0/8'].map(
        (destination) => `route add ${destination} via ${linkAddress(link, 1)}`,
      ),
      'route add blackhole default',
    ]),
    nftCommands([
      `table ${table} {`,
      'set cut { type ifname . ifname; }',
      'set isolated { type ipv4_addr; }',
      'set silent { type ipv4_addr; }',
      'map way_in { type ipv4_addr : ipv4_addr; }',
      'map way_out { type ipv4_addr : ipv4_addr; }',
      'map came_as { type ipv4_addr : ipv4_addr; }',
      'map inbound { type ipv4_addr : verdict; }',
      'map outbound { type ipv4_addr : verdict; }',
      'chain arriving {',
      'type nat hook prerouting priority dstnat;',
      'iifname "gate" dnat to ip daddr map @way_in',
      '}',
      'chain leaving {',
      'type nat hook postrouting priority srcnat;',
      'oifname "gate" snat to ip saddr map @way_out',
      'snat to ip saddr map @came_as',
      ...(source === undefined ? [] : [`ip saddr ${linkAddress(link, 1)} snat to ${source}`]),
      '}',
      'chain passing {',
      'type filter hook forward priority filter; policy accept;',
      'ip saddr @silent drop',
      'ip daddr @silent drop',
      'iifname . oifname @cut drop',
      // Our connectors decide by themselves what may come in; the metadata service is beyond security groups on AWS too.
      'iifname "gate" accept',
      'oifname "gate" accept',
      'ip saddr @isolated drop',
      'ip daddr @isolated drop',
      'ct state established,related accept',
      'ip saddr vmap @outbound',
      'ip daddr vmap @inbound',
      '}',
      '}',
    ]),
  ].join('');
};

/** In a VPC's namespace: lets what the gate brings from a mirrored address of the host seem to come from a public address. */
export const presentCommands = (
  mirror: string,
  publicIp: string,
  before: string | undefined,
): readonly string[] => [
  ...(before === undefined ? [] : [`delete element ${table} came_as { ${mirror} : ${before} }`]),
  `add element ${table} came_as { ${mirror} : ${publicIp} }`,
];

/** In a VPC's namespace: the bridge of a zone. All bridges have the router's address at their own end. */
export const zoneScript = (zoneId: string): string => {
  const bridge = zoneBridge(zoneId);
  return ipCommands([
    `link add name ${bridge} address ${router.mac} type bridge`,
    `link set dev ${bridge} up`,
  ]);
};

/** An instance's place in its VPC. */
export interface InstanceWire {
  readonly link: VpcLink;
  /** Its number in the VPC. */
  readonly number: number;
  readonly zoneId: string;
  readonly privateAddress: string;
  /** Of its subnet. */
  readonly prefixLength: number;
  readonly mac: string;
}

/** In the VPC's namespace: the port of an instance whose namespace a process holds, and the way to it. */
export const instancePortScript = (wire: InstanceWire, holder: number): string => {
  const { link, number, zoneId, privateAddress, mac } = wire;
  const [bridge, port] = [zoneBridge(zoneId), instancePort(number)];
  const known = gateAddress(link, number);
  return [
    ipCommands([
      `link add name ${port} type veth peer name eth0 address ${mac} netns ${holder}`,
      `link set dev ${port} master ${bridge}`,
      // Instances of a zone reach one another through the router alone, where security groups are.
      `link set dev ${port} type bridge_slave isolated on`,
      `link set dev ${port} up`,
      `neighbor replace ${privateAddress} lladdr ${mac} dev ${bridge} nud permanent`,
      `route replace ${privateAddress}/32 dev ${bridge}`,
    ]),
    nftCommands([
      `add element ${table} way_in { ${known} : ${privateAddress} }`,
      `add element ${table} way_out { ${privateAddress} : ${known} }`,
    ]),
  ].join('');
};

/** In the VPC's namespace: takes away what `instancePortScript` made; its rules and its silence are gone already. */
export const noInstancePortScript = (wire: InstanceWire): string => {
  const { link, number, zoneId, privateAddress } = wire;
  const known = gateAddress(link, number);
  return [
    ipCommands([
      `link delete dev ${instancePort(number)}`,
      `route delete ${privateAddress}/32 dev ${zoneBridge(zoneId)}`,
      `neighbor delete ${privateAddress} dev ${zoneBridge(zoneId)}`,
    ]),
    nftCommands([
      `delete element ${table} way_in { ${known} : ${privateAddress} }`,
      `delete element ${table} way_out { ${privateAddress} : ${known} }`,
    ]),
  ].join('');
};

/** In the VPC's namespace: lets nothing of an instance pass, or lets it pass again. */
export const silenceCommands = (wire: InstanceWire, isSilent: boolean): readonly string[] => [
  `${isSilent ? 'add' : 'delete'} element ${table} silent { ${wire.privateAddress} }`,
];

/** Where the gate takes what instances send to the Internet and to other VPCs. */
export const outsideAddress = '169.254.169.252';

/**
 * Each destination has one of these ports: two connections that begin at one port of an instance and go to two destinations
 * keep their ports nearly always, by which the gate finds out where they are to go.
 */
export const outsidePorts: readonly number[] = Array.from(
  { length: 32 },
  (_, index) => 5000 + index,
);

/**
 * What is neither an address of the Internet nor of another VPC. Source: IANA IPv4 Special-Purpose Address Registry; class E is
 * ours.
 */
const notOutside = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'].join(', ');

const outsideRule = (vpcCidrs: readonly string[]): string => {
  const ports = outsidePorts.map((port, index) => `${index} : ${outsideAddress} . ${port}`);
  const besideVpc = vpcCidrs.map((cidr) => `ip daddr != ${cidr}`).join(' ');
  return `ip daddr != { ${notOutside} } ${besideVpc} ip protocol tcp dnat ip addr . port to jhash ip daddr . tcp dport mod ${ports.length} map { ${ports.join(', ')} }`;
};

/** An IPv4 address and a port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What an instance reaches of the host by names and addresses that the host has for it. */
export interface HostView {
  /** Where the AWS API is. */
  readonly endpoint: Endpoint | undefined;
  /** The world's loopback addresses: balancers and public sides. */
  readonly block: string | undefined;
  /** IPv4 addresses that programs ask for names at; the world's DNS answers there. */
  readonly nameServers: readonly string[];
  /** What is inside of its VPC, also of addresses that are the Internet's elsewhere. */
  readonly vpcCidrs: readonly string[];
}

/** What leads packets of an instance to the gate instead of to where they are addressed. */
const askingRules = ({ endpoint, block, nameServers, vpcCidrs }: HostView): readonly string[] => [
  ...(endpoint === undefined
    ? []
    : [
        `ip daddr ${endpoint.address} tcp dport ${endpoint.port} dnat to ${metadataAddress}:${endpointPort}`,
      ]),
  ...(block === undefined
    ? []
    : [
        `ip daddr ${block} ip protocol tcp dnat ip prefix to ip daddr map { ${block} : ${mirrored(block)} }`,
      ]),
  ...(nameServers.length === 0
    ? []
    : ['tcp', 'udp'].map(
        (protocol) =>
          `ip daddr { ${nameServers.join(', ')} } ${protocol} dport ${dnsPort} dnat to ${dnsAddress}:${dnsPort}`,
      )),
  outsideRule(vpcCidrs),
];

/** The rules of an instance's own namespace. */
export const hostViewRules = (view: HostView): string =>
  nftCommands([
    `table ${table} {`,
    'chain asking {',
    'type nat hook output priority -100;',
    ...askingRules(view),
    '}',
    'chain leaving {',
    'type nat hook postrouting priority srcnat;',
    'oifname "eth0" ip saddr 127.0.0.0/8 masquerade',
    '}',
    '}',
  ]);

/**
 * In the instance's namespace. Every other address is one hop away, at the router, so that nothing is ever asked for by
 * ARP: a peer that is gone is silent. Programs of every user may listen on every port.
 */
export const instanceScript = (wire: InstanceWire, view: HostView): string =>
  [
    'echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start\n',
    'echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet\n',
    ipCommands([
      'link set dev lo up',
      `address add ${wire.privateAddress}/${wire.prefixLength} dev eth0 noprefixroute`,
      'link set dev eth0 up',
      `neighbor replace ${router.address} lladdr ${router.mac} dev eth0 nud permanent`,
      `route add default via ${router.address} dev eth0 onlink`,
    ]),
    hostViewRules(view),
  ].join('');
