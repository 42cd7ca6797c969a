import type {
  AssociateTransitGatewayRouteTableRequest,
  AssociateTransitGatewayRouteTableResult,
  DisassociateTransitGatewayRouteTableRequest,
  DisassociateTransitGatewayRouteTableResult,
  GetTransitGatewayRouteTableAssociationsRequest,
  GetTransitGatewayRouteTableAssociationsResult,
  TransitGatewayAssociation,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { filteredPage } from '../describe.ts';
import { resourceFields, resourceOf } from './attachment-facts.ts';
import { TransitAttachments, type TransitAttachment } from './entities.ts';
import { putAssociation } from './life.ts';
import { routeTableById, tableAndAttachment } from './lookups.ts';

const answerOf = (view: View, attachment: TransitAttachment): Plain<TransitGatewayAssociation> => ({
  TransitGatewayRouteTableId: attachment.association?.routeTableId,
  TransitGatewayAttachmentId: attachment.id,
  ...resourceOf(view, attachment),
  State: attachment.association?.state,
});

/** AssociateTransitGatewayRouteTable: "You can associate only one route table with an attachment". */
export const associateTransitGatewayRouteTable: Operation<
  AssociateTransitGatewayRouteTableRequest,
  AssociateTransitGatewayRouteTableResult
> = (tx, input) => {
  const both = tableAndAttachment(
    tx,
    input.TransitGatewayRouteTableId,
    input.TransitGatewayAttachmentId,
  );
  if (isDomainError(both)) return both;
  const { table, attachment } = both;
  if (attachment.association !== null) {
    return new DomainError(
      'Resource.AlreadyAssociated',
      `Transit Gateway Attachment ${attachment.id} is already associated to a route table.`,
    );
  }
  const after = putAssociation(tx, {
    ...attachment,
    association: { routeTableId: table.id, state: 'associating' },
  });
  return { Association: answerOf(tx, after) };
};

export const disassociateTransitGatewayRouteTable: Operation<
  DisassociateTransitGatewayRouteTableRequest,
  DisassociateTransitGatewayRouteTableResult
> = (tx, input) => {
  const both = tableAndAttachment(
    tx,
    input.TransitGatewayRouteTableId,
    input.TransitGatewayAttachmentId,
  );
  if (isDomainError(both)) return both;
  const { table, attachment } = both;
  const { association } = attachment;
  if (association?.routeTableId !== table.id) {
    return new DomainError(
      'InvalidAssociation.NotFound',
      `Transit Gateway Attachment ${attachment.id} is not associated with Transit Gateway Route Table ${table.id}.`,
    );
  }
  if (association.state !== 'associated') {
    return new DomainError('IncorrectState', `${attachment.id} is in invalid state`);
  }
  const after = putAssociation(tx, {
    ...attachment,
    association: { ...association, state: 'disassociating' },
  });
  return { Association: answerOf(tx, after) };
};

export const getTransitGatewayRouteTableAssociations: Operation<
  GetTransitGatewayRouteTableAssociationsRequest,
  GetTransitGatewayRouteTableAssociationsResult
> = (tx, input) => {
  const table = routeTableById(tx, input.TransitGatewayRouteTableId);
  if (isDomainError(table)) return table;
  const page = filteredPage(tx, tx.find(TransitAttachments, 'associatedTable', table.id), input, {
    ...resourceFields(tx),
    'transit-gateway-attachment-id': ({ id }) => id,
  });
  if (isDomainError(page)) return page;
  return {
    Associations: page.items.map((attachment) => ({
      TransitGatewayAttachmentId: attachment.id,
      ...resourceOf(tx, attachment),
      State: attachment.association?.state,
    })),
    NextToken: page.nextToken,
  };
};
