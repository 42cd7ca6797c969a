import { describeSpotPriceHistory } from './price-history.ts';
import {
  cancelSpotInstanceRequests,
  describeSpotInstanceRequests,
  requestSpotInstances,
} from './spot-requests.ts';

/** The operations on Spot Instances. */
export const spotOperations = {
  CancelSpotInstanceRequests: cancelSpotInstanceRequests,
  DescribeSpotInstanceRequests: describeSpotInstanceRequests,
  DescribeSpotPriceHistory: describeSpotPriceHistory,
  RequestSpotInstances: requestSpotInstances,
};
