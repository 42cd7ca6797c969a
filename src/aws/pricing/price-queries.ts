import type {
  DescribeServicesRequest,
  DescribeServicesResponse,
  Filter,
  GetAttributeValuesRequest,
  GetAttributeValuesResponse,
  GetProductsRequest,
} from '@aws-sdk/client-pricing';
import type { Geography } from '../../atlas/geography.ts';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Operation, Plain } from '../operation.ts';
import { paginate } from '../shared/pagination.ts';
import { invalidNextToken, unknownAttribute, unknownFormat, unknownService } from './errors.ts';
import { priceListItem } from './price-list.ts';
import { fieldsOf, pricedServices, productsOf, type Product } from './products.ts';

/** The largest and the usual page of DescribeServices and GetProducts, and of GetAttributeValues. */
const pageSize = 100;
const valuesPageSize = 10_000;

const formatVersion = 'aws_v1';

const productsOfService = (geography: Geography, code: string): readonly Product[] =>
  productsOf(geography).filter((product) => product.serviceCode === code);

const attributeNames = (geography: Geography, code: string): readonly string[] =>
  [
    ...new Set(
      productsOfService(geography, code).flatMap((product) => Object.keys(fieldsOf(product))),
    ),
  ].toSorted();

const refusedFormat = (version: string | undefined): DomainError | undefined =>
  version === undefined || version === formatVersion ? undefined : unknownFormat(version);

/** DescribeServices: the services of which the facts have prices, each with the attributes of its products. */
export const describeServices: Operation<DescribeServicesRequest, DescribeServicesResponse> = (
  tx,
  input,
) => {
  const refusal = refusedFormat(input.FormatVersion);
  if (refusal !== undefined) return refusal;
  const code = input.ServiceCode ?? '';
  if (code !== '' && !pricedServices.includes(code)) return unknownService(code, pricedServices);
  const page = paginate(
    code === '' ? pricedServices : [code],
    { token: input.NextToken, maxResults: input.MaxResults ?? pageSize },
    (service) => service,
    invalidNextToken,
  );
  if (isDomainError(page)) return page;
  return {
    Services: page.items.map((service) => ({
      ServiceCode: service,
      AttributeNames: attributeNames(tx.geography, service),
    })),
    FormatVersion: formatVersion,
    NextToken: page.nextToken,
  };
};

/** GetAttributeValues: what an attribute is among the products of a service, in order. */
export const getAttributeValues: Operation<
  GetAttributeValuesRequest,
  GetAttributeValuesResponse
> = (tx, input) => {
  const { ServiceCode: code = '', AttributeName: name = '' } = input;
  if (!pricedServices.includes(code)) return unknownService(code, pricedServices);
  const names = attributeNames(tx.geography, code);
  if (!names.includes(name)) return unknownAttribute(code, name, names);
  const values = new Set(
    productsOfService(tx.geography, code).flatMap((product) => fieldsOf(product)[name] ?? []),
  );
  const page = paginate(
    [...values].toSorted(),
    { token: input.NextToken, maxResults: input.MaxResults ?? valuesPageSize },
    (value) => value,
    invalidNextToken,
  );
  if (isDomainError(page)) return page;
  return { AttributeValues: page.items.map((Value) => ({ Value })), NextToken: page.nextToken };
};

/** Whether a product's field passes a filter; one that the product does not have passes `NONE_OF` alone. */
const passes = (product: Product, filter: Plain<Filter>): boolean => {
  const wantedField = (filter.Field ?? '').toLowerCase();
  // Neither the names of fields nor their values are compared with case: `ServiceCode` finds `servicecode`.
  const [, found] =
    Object.entries(fieldsOf(product)).find(([field]) => field.toLowerCase() === wantedField) ?? [];
  const value = found?.toLowerCase();
  const wanted = (filter.Value ?? '').toLowerCase();
  const list = wanted.split(',').map((item) => item.trim());
  switch (filter.Type) {
    case 'CONTAINS':
      return value?.includes(wanted) === true;
    case 'ANY_OF':
      return value !== undefined && list.includes(value);
    case 'NONE_OF':
      return value === undefined || !list.includes(value);
    default:
      return value === wanted;
  }
};

/** GetProductsResponse with its price list as what goes over the wire: each element is JSON in a string. */
interface ProductsPage {
  readonly FormatVersion: string;
  readonly PriceList: readonly string[];
  readonly NextToken: string | undefined;
}

/** GetProducts: the products of a service that pass all filters, each with its price. */
export const getProducts: Operation<GetProductsRequest, ProductsPage> = (tx, input) => {
  const refusal = refusedFormat(input.FormatVersion);
  if (refusal !== undefined) return refusal;
  const code = input.ServiceCode ?? '';
  if (!pricedServices.includes(code)) return unknownService(code, pricedServices);
  const filters = input.Filters ?? [];
  const found = productsOfService(tx.geography, code).filter((product) =>
    filters.every((filter) => passes(product, filter)),
  );
  const page = paginate(
    found,
    { token: input.NextToken, maxResults: input.MaxResults ?? pageSize },
    (product) => product.sku,
    invalidNextToken,
  );
  if (isDomainError(page)) return page;
  return {
    FormatVersion: formatVersion,
    PriceList: page.items.map(priceListItem),
    NextToken: page.nextToken,
  };
};
