import type {
  AcceptVpcPeeringConnectionRequest,
  AcceptVpcPeeringConnectionResult,
  CreateVpcPeeringConnectionRequest,
  CreateVpcPeeringConnectionResult,
  DeleteVpcPeeringConnectionRequest,
  DeleteVpcPeeringConnectionResult,
  DescribeVpcPeeringConnectionsRequest,
  DescribeVpcPeeringConnectionsResult,
  RejectVpcPeeringConnectionRequest,
  RejectVpcPeeringConnectionResult,
  VpcPeeringConnection as ApiConnection,
  VpcPeeringConnectionVpcInfo,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { isoText } from '../../shared/utc-text.ts';
import { describeResources, resourceById } from '../describe.ts';
import { Vpcs } from '../entities.ts';
import { invalidParameterValue, kinds, limitExceeded, missingParameter } from '../errors.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import { PeeringConnections, type PeeringConnection, type PeeringSide } from './entities.ts';
import { accept, begin, blocksOf, change, expiryOf, hasEnded } from './life.ts';
import { isAt } from './sides.ts';

const renderSide = (side: PeeringSide): Plain<VpcPeeringConnectionVpcInfo> => ({
  ...(side.cidrBlocks.length === 0
    ? {}
    : {
        CidrBlock: side.cidrBlocks[0],
        CidrBlockSet: side.cidrBlocks.map((CidrBlock) => ({ CidrBlock })),
      }),
  ...(side.ipv6CidrBlocks.length === 0
    ? {}
    : { Ipv6CidrBlockSet: side.ipv6CidrBlocks.map((Ipv6CidrBlock) => ({ Ipv6CidrBlock })) }),
  OwnerId: side.account,
  PeeringOptions: {
    AllowDnsResolutionFromRemoteVpc: side.allowDnsResolutionFromRemoteVpc,
    AllowEgressFromLocalClassicLinkToRemoteVpc: false,
    AllowEgressFromLocalVpcToRemoteClassicLink: false,
  },
  VpcId: side.vpcId,
  Region: side.region,
});

/** What the accepter has is told once it has accepted (VpcPeeringConnection, Amazon EC2 API Reference). */
const renderAccepter = ({ accepter, status }: PeeringConnection) => {
  const { OwnerId, VpcId, Region, ...rest } = renderSide(accepter);
  return status === 'active' || status === 'provisioning'
    ? { OwnerId, VpcId, Region, ...rest }
    : { OwnerId, VpcId, Region };
};

const render = (view: View, connection: PeeringConnection): Plain<ApiConnection> => ({
  AccepterVpcInfo: renderAccepter(connection),
  ...(connection.status === 'initiating-request' || connection.status === 'pending-acceptance'
    ? { ExpirationTime: connection.expiresAt }
    : {}),
  RequesterVpcInfo: renderSide(connection.requester),
  Status: { Code: connection.status, Message: connection.message },
  Tags: tagsOf(view, connection.id),
  VpcPeeringConnectionId: connection.id,
});

const isOfPair = (
  { requester, accepter }: PeeringConnection,
  one: PeeringSide,
  other: PeeringSide,
): boolean => {
  const isSame = (a: PeeringSide, b: PeeringSide): boolean =>
    a.vpcId === b.vpcId && a.region === b.region && a.account === b.account;
  return (
    (isSame(requester, one) && isSame(accepter, other)) ||
    (isSame(requester, other) && isSame(accepter, one))
  );
};

const sidesOf = (
  tx: Tx,
  input: Plain<CreateVpcPeeringConnectionRequest>,
): Pick<PeeringConnection, 'requester' | 'accepter'> | DomainError => {
  const vpc = resourceById(tx, Vpcs, kinds.vpc, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  const { PeerVpcId: peerVpcId, PeerRegion: region = tx.shard } = input;
  if (peerVpcId === undefined) return missingParameter('peerVpcId');
  const peerAccount = input.PeerOwnerId ?? tx.account;
  if (!/^\d{12}$/.test(peerAccount)) {
    return invalidParameterValue(
      `Value (${peerAccount}) for parameter peerOwnerId is invalid. Invalid account ID.`,
    );
  }
  if (tx.geography.region(region) === undefined) {
    return invalidParameterValue(`Invalid value '${region}' for PeerRegion.`);
  }
  const options = { allowDnsResolutionFromRemoteVpc: false };
  return {
    requester: {
      account: tx.account,
      region: tx.shard,
      vpcId: vpc.id,
      ...blocksOf(vpc),
      ...options,
    },
    accepter: {
      account: peerAccount,
      region,
      vpcId: peerVpcId,
      cidrBlocks: [],
      ipv6CidrBlocks: [],
      ...options,
    },
  };
};

/** CreateVpcPeeringConnection: asks the owner of another VPC, of this or another Region or account, to join them. */
export const createVpcPeeringConnection: Operation<
  CreateVpcPeeringConnectionRequest,
  CreateVpcPeeringConnectionResult
> = (tx, input) => {
  const sides = sidesOf(tx, input);
  if (isDomainError(sides)) return sides;
  const { requester, accepter } = sides;
  const { type, prefix } = kinds.vpcPeeringConnection;
  const tags = tagsForType(input.TagSpecifications, type);
  if (isDomainError(tags)) return tags;
  const present = tx
    .find(PeeringConnections, 'vpc', requester.vpcId)
    .filter((connection) => !hasEnded(connection));
  if (present.some((connection) => isOfPair(connection, requester, accepter))) {
    return new DomainError(
      'VpcPeeringConnectionAlreadyExists',
      `A VPC peering connection already exists between ${requester.vpcId} and ${accepter.vpcId}.`,
    );
  }
  if (present.length >= quotaIn(tx, 'peeringConnectionsPerVpc')) {
    return limitExceeded('VpcPeeringConnectionLimitExceeded', 'VPC peering connections of the VPC');
  }
  const connection: PeeringConnection = {
    id: newResourceId(tx, prefix),
    ...sides,
    status: 'initiating-request',
    message: `Initiating Request to ${accepter.account}`,
    expiresAt: expiryOf(tx.now),
  };
  begin(tx, connection);
  return addTags(tx, connection.id, type, tags) ?? { VpcPeeringConnection: render(tx, connection) };
};

const connectionById = (tx: Tx, id: string | undefined): PeeringConnection | DomainError =>
  resourceById(tx, PeeringConnections, kinds.vpcPeeringConnection, id);

const wrongState = ({ id, status }: PeeringConnection, wanted: string): DomainError =>
  new DomainError(
    'InvalidStateTransition',
    `Invalid state transition for ${id}, attempted to transition from ${status} to ${wanted}`,
  );

/** One that waits for the caller's decision: only its accepter has one, in the Region of its VPC. */
const offeredById = (
  tx: Tx,
  id: string | undefined,
  verb: 'accepted' | 'rejected',
  wanted: string,
): PeeringConnection | DomainError => {
  const connection = connectionById(tx, id);
  if (isDomainError(connection)) return connection;
  const { account, region } = connection.accepter;
  if (account !== tx.account) {
    return new DomainError(
      'OperationNotPermitted',
      `User ${tx.account} cannot ${verb === 'accepted' ? 'accept' : 'reject'} peering ${connection.id}`,
    );
  }
  if (region !== tx.shard) {
    return new DomainError(
      'OperationNotPermitted',
      `Incorrect region (${tx.shard}) specified for this request. VPC peering connection ${connection.id} must be ${verb} in region ${region}`,
    );
  }
  return connection.status === 'pending-acceptance' ? connection : wrongState(connection, wanted);
};

export const acceptVpcPeeringConnection: Operation<
  AcceptVpcPeeringConnectionRequest,
  AcceptVpcPeeringConnectionResult
> = (tx, input) => {
  const connection = offeredById(tx, input.VpcPeeringConnectionId, 'accepted', 'active');
  if (isDomainError(connection)) return connection;
  return { VpcPeeringConnection: render(tx, accept(tx, connection)) };
};

export const rejectVpcPeeringConnection: Operation<
  RejectVpcPeeringConnectionRequest,
  RejectVpcPeeringConnectionResult
> = (tx, input) => {
  const connection = offeredById(tx, input.VpcPeeringConnectionId, 'rejected', 'rejected');
  if (isDomainError(connection)) return connection;
  change(tx, connection, { status: 'rejected', message: `Rejected by ${tx.account}` });
  return { Return: true };
};

/** Both owners may delete an active one; its requester also one that waits. Routes that lead there become black holes. */
export const deleteVpcPeeringConnection: Operation<
  DeleteVpcPeeringConnectionRequest,
  DeleteVpcPeeringConnectionResult
> = (tx, input) => {
  const connection = connectionById(tx, input.VpcPeeringConnectionId);
  if (isDomainError(connection)) return connection;
  const isMine = isAt(tx, connection.requester) || connection.status === 'active';
  if (hasEnded(connection) || !isMine) return wrongState(connection, 'deleted');
  change(tx, connection, { status: 'deleted', message: `Deleted by ${tx.account}` });
  return { Return: true };
};

const sideFields = (
  name: 'accepter' | 'requester',
): Readonly<Record<string, (connection: PeeringConnection) => string | readonly string[]>> => ({
  [`${name}-vpc-info.cidr-block`]: (connection) => connection[name].cidrBlocks,
  [`${name}-vpc-info.owner-id`]: (connection) => connection[name].account,
  [`${name}-vpc-info.vpc-id`]: (connection) => connection[name].vpcId,
});

const filterFields: FilterFields<PeeringConnection> = {
  ...sideFields('accepter'),
  ...sideFields('requester'),
  'expiration-time': ({ expiresAt }) => isoText(expiresAt),
  'status-code': ({ status }) => status,
  'status-message': ({ message }) => message,
  'vpc-peering-connection-id': ({ id }) => id,
};

export const describeVpcPeeringConnections: Operation<
  DescribeVpcPeeringConnectionsRequest,
  DescribeVpcPeeringConnectionsResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    PeeringConnections,
    kinds.vpcPeeringConnection,
    { ...input, ids: input.VpcPeeringConnectionIds },
    filterFields,
  );
  if (isDomainError(page)) return page;
  return {
    VpcPeeringConnections: page.items.map((connection) => render(tx, connection)),
    NextToken: page.nextToken,
  };
};
