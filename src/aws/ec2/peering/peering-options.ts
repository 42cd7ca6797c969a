import type {
  ModifyVpcPeeringConnectionOptionsRequest,
  ModifyVpcPeeringConnectionOptionsResult,
  PeeringConnectionOptions,
  PeeringConnectionOptionsRequest,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { resourceById } from '../describe.ts';
import { Vpcs } from '../entities.ts';
import { invalidParameterCombination, kinds, missingParameter, notBuilt } from '../errors.ts';
import { PeeringConnections, type PeeringConnection, type PeeringSide } from './entities.ts';
import { change } from './life.ts';
import { isAt } from './sides.ts';

type Asked = Plain<PeeringConnectionOptionsRequest> | undefined;

/** Options that are not built, or that AWS has retired with EC2-Classic. */
const unbuiltOptions = {
  AllowEgressFromLocalClassicLinkToRemoteVpc: 'EC2-Classic: AWS has retired it',
  AllowEgressFromLocalVpcToRemoteClassicLink: 'EC2-Classic: AWS has retired it',
} as const;

const optionsOf = (side: PeeringSide): Plain<PeeringConnectionOptions> => ({
  AllowDnsResolutionFromRemoteVpc: side.allowDnsResolutionFromRemoteVpc,
  AllowEgressFromLocalClassicLinkToRemoteVpc: false,
  AllowEgressFromLocalVpcToRemoteClassicLink: false,
});

const refusalOf = (view: View, side: PeeringSide, asked: Asked): DomainError | undefined => {
  if (asked === undefined) return undefined;
  for (const [name, what] of Object.entries(unbuiltOptions)) {
    // The entries are those of the table above, so every name is an option's.
    if (asked[name as keyof typeof unbuiltOptions] === true) return notBuilt(what);
  }
  if (!isAt(view, side)) {
    return new DomainError(
      'OperationNotPermitted',
      `The options of ${side.vpcId} can only be changed by account ${side.account} in region ${side.region}`,
    );
  }
  return asked.AllowDnsResolutionFromRemoteVpc === true &&
    view.get(Vpcs, side.vpcId)?.enableDnsHostnames !== true
    ? new DomainError(
        'InvalidVpcPeeringConnectionState.DnsHostnamesDisabled',
        'To enable DNS hostname resolution for the VPC peering connection, DNS hostname support must be enabled for the VPCs.',
      )
    : undefined;
};

const changed = (side: PeeringSide, asked: Asked): PeeringSide => ({
  ...side,
  allowDnsResolutionFromRemoteVpc:
    asked?.AllowDnsResolutionFromRemoteVpc ?? side.allowDnsResolutionFromRemoteVpc,
});

const activeById = (tx: Tx, id: string | undefined): PeeringConnection | DomainError => {
  const connection = resourceById(tx, PeeringConnections, kinds.vpcPeeringConnection, id);
  if (isDomainError(connection) || connection.status === 'active') return connection;
  return new DomainError(
    'OperationNotPermitted',
    `Peering connection ${connection.id} is not in active state: it is ${connection.status}`,
  );
};

/** ModifyVpcPeeringConnectionOptions: each side's own, in the Region of its VPC. */
export const modifyVpcPeeringConnectionOptions: Operation<
  ModifyVpcPeeringConnectionOptionsRequest,
  ModifyVpcPeeringConnectionOptionsResult
> = (tx, input) => {
  const connection = activeById(tx, input.VpcPeeringConnectionId);
  if (isDomainError(connection)) return connection;
  const { RequesterPeeringConnectionOptions: ofRequester } = input;
  const { AccepterPeeringConnectionOptions: ofAccepter } = input;
  if (ofRequester === undefined && ofAccepter === undefined) {
    return missingParameter(
      'requesterPeeringConnectionOptions or accepterPeeringConnectionOptions',
    );
  }
  const { requester, accepter } = connection;
  const refusal = refusalOf(tx, requester, ofRequester) ?? refusalOf(tx, accepter, ofAccepter);
  if (refusal !== undefined) return refusal;
  if ([ofRequester, ofAccepter].some((asked) => asked && Object.keys(asked).length === 0)) {
    return invalidParameterCombination('No options were specified.');
  }
  const after = change(tx, connection, {
    requester: changed(requester, ofRequester),
    accepter: changed(accepter, ofAccepter),
  });
  return {
    ...(ofRequester === undefined
      ? {}
      : { RequesterPeeringConnectionOptions: optionsOf(after.requester) }),
    ...(ofAccepter === undefined
      ? {}
      : { AccepterPeeringConnectionOptions: optionsOf(after.accepter) }),
  };
};
