import type { Service } from '../operation.ts';
import { about } from './about.ts';
import { describeServices, getAttributeValues, getProducts } from './price-queries.ts';
import { priceFacts } from './products.ts';

/** "AWS Billing and Cost Management endpoints": the Price List service has these three. */
const endpoints: readonly string[] = ['us-east-1', 'eu-central-1', 'ap-south-1'];

export const pricing: Service = {
  ...about,
  load: () => priceFacts.load(),
  onlyIn: (geography) => endpoints.filter((code) => geography.region(code) !== undefined),
  operations: {
    DescribeServices: describeServices,
    GetAttributeValues: getAttributeValues,
    GetProducts: getProducts,
  },
};
