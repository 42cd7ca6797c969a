import type {
  CreateSubnetCidrReservationRequest,
  CreateSubnetCidrReservationResult,
  DeleteSubnetCidrReservationRequest,
  DeleteSubnetCidrReservationResult,
  GetSubnetCidrReservationsRequest,
  GetSubnetCidrReservationsResult,
  SubnetCidrReservation as Answer,
} from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { canonicalCidr, cidrContains } from '../../shared/cidr.ts';
import { applyFilters, type FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { paginate } from '../../shared/pagination.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { deleteResource } from '../delete-resource.ts';
import { resourceById } from '../describe.ts';
import {
  SubnetCidrReservations,
  Subnets,
  type Subnet,
  type SubnetCidrReservation,
} from '../entities.ts';
import { invalidCidrBlock, invalidParameterValue, kinds, limitExceeded } from '../errors.ts';
import { quotas } from '../launch/quotas.ts';

const render = (view: View, reservation: SubnetCidrReservation): Plain<Answer> => ({
  SubnetCidrReservationId: reservation.id,
  SubnetId: reservation.subnetId,
  Cidr: reservation.cidr,
  ReservationType: reservation.type,
  OwnerId: view.account,
  ...(reservation.description === null ? {} : { Description: reservation.description }),
  Tags: tagsOf(view, reservation.id),
});

/** The block in canonical form: inside of the subnet, and of no other reservation. */
const reservedBlock = (view: View, subnet: Subnet, text: string): string | DomainError => {
  const canonical = canonicalCidr(text);
  if (canonical === undefined) return invalidCidrBlock('cidr', text);
  const { cidr, kind } = canonical;
  const outer = kind === 'ipv4' ? subnet.cidrBlock : (subnet.ipv6CidrBlock?.cidrBlock ?? '');
  if (!cidrContains(outer, cidr)) {
    return invalidParameterValue(`The CIDR '${cidr}' is not within the subnet '${subnet.id}'.`);
  }
  const other = view
    .find(SubnetCidrReservations, 'subnet', subnet.id)
    .find((one) => cidrContains(one.cidr, cidr) || cidrContains(cidr, one.cidr));
  return other === undefined
    ? cidr
    : invalidParameterValue(
        `The CIDR '${cidr}' overlaps with the reservation ${other.id} (${other.cidr}).`,
      );
};

/** CreateSubnetCidrReservation: addresses that nobody gets unless he names them. What has some already keeps them. */
const createSubnetCidrReservation: Operation<
  CreateSubnetCidrReservationRequest,
  CreateSubnetCidrReservationResult
> = (tx, input) => {
  const subnet = resourceById(tx, Subnets, kinds.subnet, input.SubnetId);
  if (isDomainError(subnet)) return subnet;
  const cidr = reservedBlock(tx, subnet, input.Cidr ?? '');
  if (isDomainError(cidr)) return cidr;
  const { type, prefix } = kinds.subnetCidrReservation;
  const tags = tagsForType(input.TagSpecifications, type);
  if (isDomainError(tags)) return tags;
  if (tx.find(SubnetCidrReservations, 'subnet', subnet.id).length >= quotas.reservationsPerSubnet) {
    return limitExceeded('SubnetCidrReservationLimitExceeded', 'CIDR reservations of the subnet');
  }
  const reservation: SubnetCidrReservation = {
    id: newResourceId(tx, prefix),
    subnetId: subnet.id,
    cidr,
    type: input.ReservationType === 'prefix' ? 'prefix' : 'explicit',
    description: input.Description ?? null,
  };
  tx.put(SubnetCidrReservations, reservation);
  return (
    addTags(tx, reservation.id, type, tags) ?? { SubnetCidrReservation: render(tx, reservation) }
  );
};

const fields: FilterFields<SubnetCidrReservation> = {
  reservationType: ({ type }) => type,
  'subnet-id': ({ subnetId }) => subnetId,
};

const getSubnetCidrReservations: Operation<
  GetSubnetCidrReservationsRequest,
  GetSubnetCidrReservationsResult
> = (tx, input) => {
  const subnet = resourceById(tx, Subnets, kinds.subnet, input.SubnetId);
  if (isDomainError(subnet)) return subnet;
  const kept = applyFilters(
    tx.find(SubnetCidrReservations, 'subnet', subnet.id),
    input.Filters,
    fields,
    ({ id }) => tagsOf(tx, id),
  );
  if (isDomainError(kept)) return kept;
  const page = paginate(
    kept,
    { token: input.NextToken, maxResults: input.MaxResults },
    ({ id }) => id,
  );
  if (isDomainError(page)) return page;
  const ofFamily = (isIpv6: boolean) =>
    page.items.filter(({ cidr }) => cidr.includes(':') === isIpv6).map((one) => render(tx, one));
  return {
    SubnetIpv4CidrReservations: ofFamily(false),
    SubnetIpv6CidrReservations: ofFamily(true),
    NextToken: page.nextToken,
  };
};

const deleteSubnetCidrReservation: Operation<
  DeleteSubnetCidrReservationRequest,
  DeleteSubnetCidrReservationResult
> = (tx, input) => {
  const reservation = resourceById(
    tx,
    SubnetCidrReservations,
    kinds.subnetCidrReservation,
    input.SubnetCidrReservationId,
  );
  if (isDomainError(reservation)) return reservation;
  const answer = render(tx, reservation);
  deleteResource(tx, SubnetCidrReservations, reservation.id);
  return { DeletedSubnetCidrReservation: answer };
};

/** The operations on CIDR reservations of subnets. */
export const subnetReservationOperations = {
  CreateSubnetCidrReservation: createSubnetCidrReservation,
  DeleteSubnetCidrReservation: deleteSubnetCidrReservation,
  GetSubnetCidrReservations: getSubnetCidrReservations,
};
