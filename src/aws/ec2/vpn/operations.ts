import {
  createCustomerGateway,
  deleteCustomerGateway,
  describeCustomerGateways,
} from './customer-gateways.ts';
import { disableVgwRoutePropagation, enableVgwRoutePropagation } from './propagation.ts';
import {
  createVpnConnection,
  createVpnConnectionRoute,
  deleteVpnConnection,
  deleteVpnConnectionRoute,
  describeVpnConnections,
} from './vpn-connections.ts';
import {
  attachVpnGateway,
  createVpnGateway,
  deleteVpnGateway,
  describeVpnGateways,
  detachVpnGateway,
} from './vpn-gateways.ts';

/** The operations on customer gateways, virtual private gateways and the connections between them. */
export const vpnOperations = {
  AttachVpnGateway: attachVpnGateway,
  CreateCustomerGateway: createCustomerGateway,
  CreateVpnConnection: createVpnConnection,
  CreateVpnConnectionRoute: createVpnConnectionRoute,
  CreateVpnGateway: createVpnGateway,
  DeleteCustomerGateway: deleteCustomerGateway,
  DeleteVpnConnection: deleteVpnConnection,
  DeleteVpnConnectionRoute: deleteVpnConnectionRoute,
  DeleteVpnGateway: deleteVpnGateway,
  DescribeCustomerGateways: describeCustomerGateways,
  DescribeVpnConnections: describeVpnConnections,
  DescribeVpnGateways: describeVpnGateways,
  DetachVpnGateway: detachVpnGateway,
  DisableVgwRoutePropagation: disableVgwRoutePropagation,
  EnableVgwRoutePropagation: enableVgwRoutePropagation,
};
