import type {
  DisableTransitGatewayRouteTablePropagationRequest,
  DisableTransitGatewayRouteTablePropagationResult,
  EnableTransitGatewayRouteTablePropagationRequest,
  EnableTransitGatewayRouteTablePropagationResult,
  GetTransitGatewayAttachmentPropagationsRequest,
  GetTransitGatewayAttachmentPropagationsResult,
  GetTransitGatewayRouteTablePropagationsRequest,
  GetTransitGatewayRouteTablePropagationsResult,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Operation } from '../../operation.ts';
import { filteredPage } from '../describe.ts';
import { resourceFields, resourceOf } from './attachment-facts.ts';
import { TransitAttachments, TransitRouteTables } from './entities.ts';
import { attachmentById, routeTableById, tableAndAttachment } from './lookups.ts';

/** EnableTransitGatewayRouteTablePropagation: the table has routes to the blocks of the attached VPC from now on. */
export const enableTransitGatewayRouteTablePropagation: Operation<
  EnableTransitGatewayRouteTablePropagationRequest,
  EnableTransitGatewayRouteTablePropagationResult
> = (tx, input) => {
  const both = tableAndAttachment(
    tx,
    input.TransitGatewayRouteTableId,
    input.TransitGatewayAttachmentId,
  );
  if (isDomainError(both)) return both;
  const { table, attachment } = both;
  if (attachment.kind === 'peering') {
    return new DomainError(
      'UnsupportedOperation',
      `Transit Gateway Attachment ${attachment.id} is a peering attachment: it has static routes alone.`,
    );
  }
  if (attachment.propagatesTo.includes(table.id)) {
    return new DomainError(
      'TransitGatewayRouteTablePropagation.Duplicate',
      `Propagation of ${attachment.id} to Transit Gateway Route Table ${table.id} already exists.`,
    );
  }
  const propagatesTo = [...attachment.propagatesTo, table.id];
  tx.put(TransitAttachments, { ...attachment, propagatesTo });
  return {
    Propagation: {
      TransitGatewayAttachmentId: attachment.id,
      ...resourceOf(tx, attachment),
      TransitGatewayRouteTableId: table.id,
      State: 'enabled',
    },
  };
};

export const disableTransitGatewayRouteTablePropagation: Operation<
  DisableTransitGatewayRouteTablePropagationRequest,
  DisableTransitGatewayRouteTablePropagationResult
> = (tx, input) => {
  const both = tableAndAttachment(
    tx,
    input.TransitGatewayRouteTableId,
    input.TransitGatewayAttachmentId,
  );
  if (isDomainError(both)) return both;
  const { table, attachment } = both;
  if (!attachment.propagatesTo.includes(table.id)) {
    return new DomainError(
      'TransitGatewayRouteTablePropagation.NotFound',
      `Propagation of ${attachment.id} to Transit Gateway Route Table ${table.id} does not exist.`,
    );
  }
  const propagatesTo = attachment.propagatesTo.filter((id) => id !== table.id);
  tx.put(TransitAttachments, { ...attachment, propagatesTo });
  return {
    Propagation: {
      TransitGatewayAttachmentId: attachment.id,
      ...resourceOf(tx, attachment),
      TransitGatewayRouteTableId: table.id,
      State: 'disabled',
    },
  };
};

export const getTransitGatewayRouteTablePropagations: Operation<
  GetTransitGatewayRouteTablePropagationsRequest,
  GetTransitGatewayRouteTablePropagationsResult
> = (tx, input) => {
  const table = routeTableById(tx, input.TransitGatewayRouteTableId);
  if (isDomainError(table)) return table;
  const page = filteredPage(tx, tx.find(TransitAttachments, 'propagatedTable', table.id), input, {
    ...resourceFields(tx),
    'transit-gateway-attachment-id': ({ id }) => id,
  });
  if (isDomainError(page)) return page;
  return {
    TransitGatewayRouteTablePropagations: page.items.map((attachment) => ({
      TransitGatewayAttachmentId: attachment.id,
      ...resourceOf(tx, attachment),
      State: 'enabled',
    })),
    NextToken: page.nextToken,
  };
};

export const getTransitGatewayAttachmentPropagations: Operation<
  GetTransitGatewayAttachmentPropagationsRequest,
  GetTransitGatewayAttachmentPropagationsResult
> = (tx, input) => {
  const attachment = attachmentById(tx, input.TransitGatewayAttachmentId);
  if (isDomainError(attachment)) return attachment;
  const tables = attachment.propagatesTo.flatMap((id) => tx.get(TransitRouteTables, id) ?? []);
  const page = filteredPage(tx, tables, input, {
    'transit-gateway-route-table-id': ({ id }) => id,
  });
  if (isDomainError(page)) return page;
  return {
    TransitGatewayAttachmentPropagations: page.items.map(({ id }) => ({
      TransitGatewayRouteTableId: id,
      State: 'enabled',
    })),
    NextToken: page.nextToken,
  };
};
