import { defineTable, type Entity } from '../../../world/entity.ts';

/** What joins an Elastic IP to a private address of a network interface. */
interface AddressAssociation {
  /** For example `eipassoc-0123456789abcdef0`. */
  readonly associationId: string;
  readonly networkInterfaceId: string;
  /** The primary private address of the interface, or one of its secondary ones. */
  readonly privateIpAddress: string;
}

/** An Elastic IP, by its allocation id: a public address of this Region that an account keeps until it lets it go. */
export interface ElasticIp extends Entity {
  readonly publicIp: string;
  readonly networkBorderGroup: string;
  /** The name that a reverse look-up gives, with a final dot; null without one. */
  readonly ptrRecord: string | null;
  readonly association: AddressAssociation | null;
  readonly allocatedAt: number;
}

export const ElasticIps = defineTable<ElasticIp>('ec2-elastic-ips', {
  publicIp: (address) => address.publicIp,
  association: (address) => address.association?.associationId,
  networkInterface: (address) => address.association?.networkInterfaceId,
});

/** An address that the account had once, and may have again for as long as nobody else took it. */
export interface ReleasedElasticIp extends Entity {
  readonly publicIp: string;
  readonly networkBorderGroup: string;
}

/** By the allocation id that it had. */
export const ReleasedElasticIps = defineTable<ReleasedElasticIp>('ec2-released-elastic-ips', {
  publicIp: (address) => address.publicIp,
});
