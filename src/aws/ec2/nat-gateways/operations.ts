import { createNatGateway, deleteNatGateway, describeNatGateways } from './nat-gateways.ts';

/** The operations on NAT gateways. */
export const natGatewayOperations = {
  CreateNatGateway: createNatGateway,
  DeleteNatGateway: deleteNatGateway,
  DescribeNatGateways: describeNatGateways,
};
