import {
  associateTransitGatewayRouteTable,
  disassociateTransitGatewayRouteTable,
  getTransitGatewayRouteTableAssociations,
} from './associations.ts';
import { describeTransitGatewayAttachments } from './attachments.ts';
import {
  acceptTransitGatewayPeeringAttachment,
  createTransitGatewayPeeringAttachment,
  deleteTransitGatewayPeeringAttachment,
  describeTransitGatewayPeeringAttachments,
  rejectTransitGatewayPeeringAttachment,
} from './peering-attachments.ts';
import {
  disableTransitGatewayRouteTablePropagation,
  enableTransitGatewayRouteTablePropagation,
  getTransitGatewayAttachmentPropagations,
  getTransitGatewayRouteTablePropagations,
} from './propagations.ts';
import {
  createTransitGatewayRouteTable,
  deleteTransitGatewayRouteTable,
  describeTransitGatewayRouteTables,
} from './route-tables.ts';
import {
  createTransitGatewayRoute,
  deleteTransitGatewayRoute,
  replaceTransitGatewayRoute,
} from './routes.ts';
import { searchTransitGatewayRoutes } from './search-routes.ts';
import {
  createTransitGateway,
  deleteTransitGateway,
  describeTransitGateways,
  modifyTransitGateway,
} from './transit-gateways.ts';
import {
  createTransitGatewayVpcAttachment,
  deleteTransitGatewayVpcAttachment,
  describeTransitGatewayVpcAttachments,
  modifyTransitGatewayVpcAttachment,
} from './vpc-attachments.ts';

/** The operations on transit gateways, and on what belongs to them. */
export const transitGatewayOperations = {
  AcceptTransitGatewayPeeringAttachment: acceptTransitGatewayPeeringAttachment,
  AssociateTransitGatewayRouteTable: associateTransitGatewayRouteTable,
  CreateTransitGateway: createTransitGateway,
  CreateTransitGatewayPeeringAttachment: createTransitGatewayPeeringAttachment,
  CreateTransitGatewayRoute: createTransitGatewayRoute,
  CreateTransitGatewayRouteTable: createTransitGatewayRouteTable,
  CreateTransitGatewayVpcAttachment: createTransitGatewayVpcAttachment,
  DeleteTransitGateway: deleteTransitGateway,
  DeleteTransitGatewayPeeringAttachment: deleteTransitGatewayPeeringAttachment,
  DeleteTransitGatewayRoute: deleteTransitGatewayRoute,
  DeleteTransitGatewayRouteTable: deleteTransitGatewayRouteTable,
  DeleteTransitGatewayVpcAttachment: deleteTransitGatewayVpcAttachment,
  DescribeTransitGatewayAttachments: describeTransitGatewayAttachments,
  DescribeTransitGatewayPeeringAttachments: describeTransitGatewayPeeringAttachments,
  DescribeTransitGatewayRouteTables: describeTransitGatewayRouteTables,
  DescribeTransitGatewayVpcAttachments: describeTransitGatewayVpcAttachments,
  DescribeTransitGateways: describeTransitGateways,
  DisableTransitGatewayRouteTablePropagation: disableTransitGatewayRouteTablePropagation,
  DisassociateTransitGatewayRouteTable: disassociateTransitGatewayRouteTable,
  EnableTransitGatewayRouteTablePropagation: enableTransitGatewayRouteTablePropagation,
  GetTransitGatewayAttachmentPropagations: getTransitGatewayAttachmentPropagations,
  GetTransitGatewayRouteTableAssociations: getTransitGatewayRouteTableAssociations,
  GetTransitGatewayRouteTablePropagations: getTransitGatewayRouteTablePropagations,
  ModifyTransitGateway: modifyTransitGateway,
  ModifyTransitGatewayVpcAttachment: modifyTransitGatewayVpcAttachment,
  RejectTransitGatewayPeeringAttachment: rejectTransitGatewayPeeringAttachment,
  ReplaceTransitGatewayRoute: replaceTransitGatewayRoute,
  SearchTransitGatewayRoutes: searchTransitGatewayRoutes,
};
