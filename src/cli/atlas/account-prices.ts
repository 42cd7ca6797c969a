import { askJson, type AwsAccess } from './aws-call.ts';

/** What the price list is asked for, under the name that the facts have for it. */
interface PriceQuestion {
  readonly what: string;
  readonly serviceCode: string;
  readonly filters: Readonly<Record<string, string>>;
  /** The attribute that holds the Region's code. */
  readonly regionAttribute: 'regionCode' | 'fromRegionCode';
  readonly unit: string;
}

const instance = (type: string): PriceQuestion => ({
  what: type,
  serviceCode: 'AmazonEC2',
  filters: {
    instanceType: type,
    operatingSystem: 'Linux',
    tenancy: 'Shared',
    preInstalledSw: 'NA',
    capacitystatus: 'Used',
  },
  regionAttribute: 'regionCode',
  unit: 'Hrs',
});

const questions: readonly PriceQuestion[] = [
  instance('m5.large'),
  instance('m7g.large'),
  instance('t3.micro'),
  {
    what: 'gp3',
    serviceCode: 'AmazonEC2',
    filters: { volumeApiName: 'gp3', productFamily: 'Storage' },
    regionAttribute: 'regionCode',
    unit: 'GB-Mo',
  },
  {
    what: 'nat',
    serviceCode: 'AmazonEC2',
    filters: { productFamily: 'NAT Gateway', operation: 'NatGateway' },
    regionAttribute: 'regionCode',
    unit: 'Hrs',
  },
  {
    what: 'egress',
    serviceCode: 'AWSDataTransfer',
    filters: { transferType: 'AWS Outbound', toLocation: 'External' },
    regionAttribute: 'fromRegionCode',
    unit: 'GB',
  },
];

/** A product as the price list writes it, as far as it is read here. */
interface PriceListItem {
  readonly product?: { readonly attributes?: Readonly<Record<string, string>> };
  readonly terms?: {
    readonly OnDemand?: Readonly<
      Record<
        string,
        {
          readonly priceDimensions?: Readonly<
            Record<
              string,
              {
                readonly unit?: string;
                readonly beginRange?: string;
                readonly pricePerUnit?: { readonly USD?: string };
              }
            >
          >;
        }
      >
    >;
  };
}

/** The price of the first step that costs anything, on demand. */
const usdOf = (item: PriceListItem, unit: string): number | undefined => {
  const dimensions = Object.values(item.terms?.OnDemand ?? {}).flatMap((term) =>
    Object.values(term.priceDimensions ?? {}),
  );
  const [first] = dimensions
    .filter((dimension) => dimension.unit === unit && Number(dimension.pricePerUnit?.USD) > 0)
    .toSorted((a, b) => Number(a.beginRange ?? 0) - Number(b.beginRange ?? 0));
  return first === undefined ? undefined : Number(first.pricePerUnit?.USD);
};

const isOfRegion = (attributes: Readonly<Record<string, string>>): boolean =>
  [attributes['locationType'], attributes['fromLocationType']].includes('AWS Region');

const answersTo = async (
  access: AwsAccess,
  question: PriceQuestion,
): Promise<readonly (readonly [region: string, what: string, usd: number])[]> => {
  const found: (readonly [string, string, number])[] = [];
  let token: unknown;
  do {
    const answer = await askJson(access, 'pricing', 'AWSPriceListService.GetProducts', {
      ServiceCode: question.serviceCode,
      Filters: Object.entries(question.filters).map(([Field, Value]) => ({
        Type: 'TERM_MATCH',
        Field,
        Value,
      })),
      FormatVersion: 'aws_v1',
      ...(token === undefined ? {} : { NextToken: token }),
    });
    // The answer's shape is that of GetProducts: each product is a text of JSON.
    for (const text of (answer['PriceList'] ?? []) as readonly string[]) {
      const item = JSON.parse(text) as PriceListItem;
      const attributes = item.product?.attributes ?? {};
      const region = attributes[question.regionAttribute];
      const usd = usdOf(item, question.unit);
      if (region !== undefined && usd !== undefined && isOfRegion(attributes)) {
        found.push([region, question.what, usd]);
      }
    }
    token = answer['NextToken'] ?? undefined;
  } while (token !== undefined && token !== '');
  return found;
};

/** USD by Region and by what it is for; what the price list does not have is not there. */
export const pricesByRegion = async (
  access: AwsAccess,
): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>> => {
  const prices: Record<string, Record<string, number>> = {};
  for (const question of questions) {
    for (const [region, what, usd] of await answersTo(access, question)) {
      (prices[region] ??= {})[what] ??= usd;
    }
  }
  const inOrder = Object.entries(prices).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(inOrder);
};
