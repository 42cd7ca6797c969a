import type { View } from '../../../world/transaction.ts';
import {
  NetworkAclAssociations,
  NetworkAcls,
  type NetworkAcl,
  type NetworkAclEntry,
} from '../entities.ts';
import { holds } from './ipv4-blocks.ts';
import type { TransportProtocol } from './verdict.ts';

/**
 * The port that stands for those which clients take for themselves: Linux takes 32768 to 60999 ("Ephemeral ports", Amazon
 * VPC User Guide). A network ACL keeps no state, so that the answers to such a port must be allowed too.
 */
export const ephemeralPort = 50_000;

const numbers: Readonly<Record<TransportProtocol, string>> = { tcp: '6', udp: '17' };

/** One entry as far as it matters for a protocol and a port. */
export interface AclStep {
  readonly ruleNumber: number;
  readonly cidr: string;
  readonly action: 'allow' | 'deny';
}

const isAbout = (entry: NetworkAclEntry, protocol: TransportProtocol, port: number): boolean => {
  if (entry.protocol === '-1') return true;
  if (entry.protocol !== numbers[protocol]) return false;
  const { portRange } = entry;
  return portRange === null || (portRange.from <= port && port <= portRange.to);
};

/** The network ACL of a subnet: it has always exactly one. */
export const aclOf = (view: View, subnetId: string): NetworkAcl | undefined => {
  const [association] = view.find(NetworkAclAssociations, 'subnet', subnetId);
  return association === undefined ? undefined : view.get(NetworkAcls, association.networkAclId);
};

/** The entries for a protocol and a port, one way, in the order in which they are looked at. */
export const stepsOf = (
  acl: NetworkAcl,
  egress: boolean,
  protocol: TransportProtocol,
  port: number,
): readonly AclStep[] =>
  acl.entries
    .filter((entry) => entry.egress === egress && isAbout(entry, protocol, port))
    .toSorted((a, b) => a.ruleNumber - b.ruleNumber)
    .map(({ ruleNumber, cidr, action }) => ({ ruleNumber, cidr, action }));

/** The first entry that holds the address decides ("Network ACL rules", Amazon VPC User Guide); undefined when it allows. */
export const denialOf = (steps: readonly AclStep[], address: string): string | undefined => {
  const first = steps.find((step) => holds(step.cidr, address));
  if (first?.action === 'allow') return undefined;
  return first === undefined || first.ruleNumber === 32_767
    ? 'no rule allows it'
    : `rule ${first.ruleNumber}`;
};

/** Whether an ACL lets everything of IPv4 through both ways, as a VPC's default one does unless it is changed. */
export const isOpen = (acl: NetworkAcl): boolean =>
  [true, false].every((egress) => {
    const [first] = acl.entries
      .filter((entry) => entry.egress === egress && !entry.cidr.includes(':'))
      .toSorted((a, b) => a.ruleNumber - b.ruleNumber);
    return first?.action === 'allow' && first.protocol === '-1' && first.cidr === '0.0.0.0/0';
  });
