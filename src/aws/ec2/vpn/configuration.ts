import { parseIpv4Cidr } from '../../shared/cidr.ts';
import { formatIpv4Address } from '../../shared/ip-address.ts';
import type { CustomerGateway, Tunnel, VpnConnection, VpnGateway } from './entities.ts';

type Xml = readonly [name: string, content: string | number | readonly Xml[]];

const render = ([name, content]: Xml, indent = '  '): string =>
  typeof content === 'object'
    ? `${indent}<${name}>\n${content.map((child) => render(child, `${indent}  `)).join('')}${indent}</${name}>\n`
    : `${indent}<${name}>${content}</${name}>\n`;

/** The addresses within a tunnel: the first is AWS's, the second the customer's. */
const insideAddress = ({ insideCidr }: Tunnel, number: 1 | 2): string =>
  formatIpv4Address((parseIpv4Cidr(insideCidr)?.first ?? 0) + number);

const end = (
  name: 'customer_gateway' | 'vpn_gateway',
  outside: string,
  inside: string,
  bgpAsn: number | null,
): Xml => [
  name,
  [
    ['tunnel_outside_address', [['ip_address', outside]]],
    [
      'tunnel_inside_address',
      [
        ['ip_address', inside],
        ['network_mask', '255.255.255.252'],
        ['network_cidr', 30],
      ],
    ],
    ...(bgpAsn === null
      ? []
      : ([
          [
            'bgp',
            [
              ['asn', bgpAsn],
              ['hold_time', 30],
            ],
          ],
        ] as const)),
  ],
];

const ike = ({ preSharedKey, options }: Tunnel): Xml => [
  'ike',
  [
    ['authentication_protocol', 'sha1'],
    ['encryption_protocol', 'aes-128-cbc'],
    ['lifetime', options.phase1LifetimeSeconds ?? 28_800],
    ['perfect_forward_secrecy', 'group2'],
    ['mode', 'main'],
    ['pre_shared_key', preSharedKey],
  ],
];

const ipsec = ({ options }: Tunnel): Xml => [
  'ipsec',
  [
    ['protocol', 'esp'],
    ['authentication_protocol', 'hmac-sha1-96'],
    ['encryption_protocol', 'aes-128-cbc'],
    ['lifetime', options.phase2LifetimeSeconds ?? 3600],
    ['perfect_forward_secrecy', 'group2'],
    ['mode', 'tunnel'],
    ['clear_df_bit', 'true'],
    ['fragmentation_before_encryption', 'true'],
    ['tcp_mss_adjustment', 1379],
    [
      'dead_peer_detection',
      [
        ['interval', 10],
        ['retries', 3],
      ],
    ],
  ],
];

/**
 * What the device of a customer gateway is to be configured with, in AWS's XML, which Terraform reads the addresses and keys of
 * tunnels from. The protocols are those of AWS's smallest proposal.
 */
export const configurationOf = (
  connection: VpnConnection,
  customer: CustomerGateway | undefined,
  gateway: VpnGateway | undefined,
): string => {
  const isStatic = connection.staticRoutesOnly;
  const tunnels = connection.tunnels.map((tunnel): Xml => [
    'ipsec_tunnel',
    [
      end(
        'customer_gateway',
        customer?.ipAddress ?? '',
        insideAddress(tunnel, 2),
        isStatic ? null : (customer?.bgpAsn ?? 0),
      ),
      end(
        'vpn_gateway',
        tunnel.outsideIpAddress,
        insideAddress(tunnel, 1),
        isStatic ? null : (gateway?.amazonSideAsn ?? 0),
      ),
      ike(tunnel),
      ipsec(tunnel),
    ],
  ]);
  const parts: readonly Xml[] = [
    ['customer_gateway_id', connection.customerGatewayId],
    ['vpn_gateway_id', connection.vpnGatewayId],
    ['vpn_connection_type', 'ipsec.1'],
    ...(isStatic ? ([['vpn_connection_attributes', 'NoBGPVPNConnection']] as const) : []),
    ...tunnels,
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<vpn_connection id="${connection.id}">\n${parts
    .map((part) => render(part))
    .join('')}</vpn_connection>`;
};
