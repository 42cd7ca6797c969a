import { beforeAll, expect, test } from 'vitest';
import { serviceAvailability } from '../../atlas/services.ts';
import { createTestWorld } from '../../world/test-world.ts';
import type { World } from '../../world/world.ts';
import { isOffered } from '../ec2/capacity/offerings.ts';
import { execute } from '../execute.ts';
import { locationOf, usageType } from './locations.ts';
import { pricing } from './service.ts';

beforeAll(() => pricing.load?.());

interface Answer {
  readonly code?: string;
  readonly message?: string;
  readonly Services?: readonly { ServiceCode: string; AttributeNames: readonly string[] }[];
  readonly AttributeValues?: readonly { Value: string }[];
  readonly PriceList?: readonly string[];
  readonly NextToken?: string;
}

const call = (world: World, operation: string, input: object, region = 'us-east-1'): Answer =>
  // The operations answer with these members.
  execute(world, {
    service: pricing,
    operation,
    region,
    account: '111122223333',
    input: { ...input },
  }).output as Answer;

const match = (fields: Readonly<Record<string, string>>): readonly object[] =>
  Object.entries(fields).map(([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value }));

/** The parts of an element of a price list that its readers use. */
interface Item {
  readonly product: {
    readonly sku: string;
    readonly productFamily: string;
    readonly attributes: Readonly<Record<string, string>>;
  };
  readonly terms: {
    readonly OnDemand: Readonly<
      Record<
        string,
        {
          readonly priceDimensions: Readonly<
            Record<string, { readonly unit: string; readonly pricePerUnit: { USD: string } }>
          >;
        }
      >
    >;
  };
}

const products = (
  world: World,
  ServiceCode: string,
  fields: Readonly<Record<string, string>>,
): readonly Item[] =>
  (call(world, 'GetProducts', { ServiceCode, Filters: match(fields) }).PriceList ?? []).map(
    (text) => JSON.parse(text),
  );

const pricesOf = (items: readonly Item[]): readonly string[] =>
  items.flatMap((item) =>
    Object.values(item.terms.OnDemand).flatMap((term) =>
      Object.values(term.priceDimensions).map(
        ({ pricePerUnit, unit }) => `${pricePerUnit.USD}/${unit}`,
      ),
    ),
  );

test('the price of an instance is found by the filters that everyone uses', async () => {
  const { world } = await createTestWorld();
  const found = products(world, 'AmazonEC2', {
    instanceType: 'm5.large',
    location: 'EU (Ireland)',
    operatingSystem: 'Linux',
    tenancy: 'shared',
    preInstalledSw: 'NA',
    capacitystatus: 'Used',
  });
  expect(pricesOf(found)).toEqual(['0.1070000000/Hrs']);
});

test('an element of the price list has the form of AWS and says of which time its price is', async () => {
  const { world } = await createTestWorld();
  const [text = ''] =
    call(world, 'GetProducts', {
      ServiceCode: 'AmazonEC2',
      Filters: match({ usagetype: 'BoxUsage:t3.micro' }),
    }).PriceList ?? [];
  expect(JSON.parse(text)).toMatchInlineSnapshot(`
    {
      "dataSource": {
        "basis": "published",
        "date": "2026",
        "source": "skypilot-org/skypilot-catalog catalogs/v8/aws/vms.csv @00148f2a (2026), on-demand Linux USD/h from the AWS pricing API. Cross-check: aws/karpenter-provider-aws@1d927085 pkg/providers/pricing/zz_generated.pricing_aws.go (us-east-1 only, generated 2026-07-20, Apache-2.0) and a 2026-09 price-list note give m7g.large 0.0816.",
      },
      "product": {
        "attributes": {
          "capacitystatus": "Used",
          "currentGeneration": "Yes",
          "instanceFamily": "General purpose",
          "instanceType": "t3.micro",
          "licenseModel": "No License required",
          "location": "US East (N. Virginia)",
          "locationType": "AWS Region",
          "marketoption": "OnDemand",
          "memory": "1 GiB",
          "networkPerformance": "Up to 5 Gigabit",
          "normalizationSizeFactor": "0.5",
          "operatingSystem": "Linux",
          "operation": "RunInstances",
          "preInstalledSw": "NA",
          "processorArchitecture": "64-bit",
          "regionCode": "us-east-1",
          "servicecode": "AmazonEC2",
          "servicename": "Amazon Elastic Compute Cloud",
          "storage": "EBS only",
          "tenancy": "Shared",
          "usagetype": "BoxUsage:t3.micro",
          "vcpu": "2",
        },
        "productFamily": "Compute Instance",
        "sku": "BDCAC36195A76FAE",
      },
      "publicationDate": "2026-07-20T00:00:00Z",
      "serviceCode": "AmazonEC2",
      "terms": {
        "OnDemand": {
          "BDCAC36195A76FAE.JRTCKXETXF": {
            "effectiveDate": "2026-07-20T00:00:00Z",
            "offerTermCode": "JRTCKXETXF",
            "priceDimensions": {
              "BDCAC36195A76FAE.JRTCKXETXF.6YS6EN2CT7": {
                "appliesTo": [],
                "beginRange": "0",
                "description": "$0.0104 per On Demand Linux t3.micro Instance Hour",
                "endRange": "Inf",
                "pricePerUnit": {
                  "USD": "0.0104000000",
                },
                "rateCode": "BDCAC36195A76FAE.JRTCKXETXF.6YS6EN2CT7",
                "unit": "Hrs",
              },
            },
            "sku": "BDCAC36195A76FAE",
            "termAttributes": {},
          },
        },
      },
      "version": "20260720000000",
    }
  `);
});

test.each([
  ['AmazonEC2', { volumeApiName: 'gp3', regionCode: 'us-east-1' }, ['0.0800000000/GB-Mo']],
  [
    'AmazonEC2',
    { productFamily: 'NAT Gateway', regionCode: 'ap-northeast-2' },
    ['0.0590000000/Hrs'],
  ],
  ['AmazonEC2', { productFamily: 'NAT Gateway', regionCode: 'us-east-1' }, []],
  ['AmazonEC2', { instanceType: 'm5.large', regionCode: 'sa-east-1' }, []],
  ['AmazonEC2', { colour: 'red' }, []],
  ['AWSDataTransfer', { fromRegionCode: 'us-east-1', toLocation: 'External' }, ['0.0900000000/GB']],
  [
    'AWSDataTransfer',
    { transferType: 'InterRegion Outbound', fromRegionCode: 'us-east-2' },
    ['0.0100000000/GB'],
  ],
  [
    'AWSDataTransfer',
    { transferType: 'IntraRegion', fromRegionCode: 'eu-west-1' },
    ['0.0100000000/GB'],
  ],
  ['AWSELB', { productFamily: 'Load Balancer-Application' }, ['0.0225000000/Hrs']],
  ['AmazonVPC', { regionCode: 'eu-west-3' }, ['0.0050000000/Hrs']],
])('%s with %j costs %j', async (service, fields, prices) => {
  const { world } = await createTestWorld();
  expect(pricesOf(products(world, service, fields))).toEqual(prices);
});

test.each([
  ['EQUALS', 'instanceType', 'm5.large', 24],
  ['CONTAINS', 'instanceType', 'm5.xl', 24],
  ['ANY_OF', 'regionCode', 'us-east-1, us-east-2', 47],
  ['NONE_OF', 'productFamily', 'Compute Instance', 5],
])('the filter %s on %s with %s finds %i products', async (Type, Field, Value, count) => {
  const { world } = await createTestWorld();
  const { PriceList } = call(world, 'GetProducts', {
    ServiceCode: 'AmazonEC2',
    Filters: [{ Type, Field, Value }],
  });
  expect(PriceList).toHaveLength(count);
});

test('products come in pages, each once', async () => {
  const { world } = await createTestWorld();
  const skus: string[] = [];
  let token: string | undefined;
  do {
    const page = call(world, 'GetProducts', {
      ServiceCode: 'AmazonEC2',
      MaxResults: 50,
      NextToken: token,
    });
    const items: readonly Item[] = (page.PriceList ?? []).map((text) => JSON.parse(text));
    skus.push(...items.map((item) => item.product.sku));
    token = page.NextToken;
  } while (token !== undefined);
  expect(skus.length).toBeGreaterThan(150);
  expect(new Set(skus).size).toBe(skus.length);
  for (const sku of skus) expect(sku).toMatch(/^[0-9A-F]{16}$/);
});

test('an instance has a price only where EC2 offers its type', async () => {
  const { world } = await createTestWorld();
  const { AttributeValues = [] } = call(world, 'GetAttributeValues', {
    ServiceCode: 'AmazonEC2',
    AttributeName: 'regionCode',
  });
  for (const { Value: regionCode } of AttributeValues) {
    const there = products(world, 'AmazonEC2', { regionCode, productFamily: 'Compute Instance' });
    for (const { product } of there) {
      expect(isOffered(product.attributes['instanceType'] ?? '', regionCode)).toBe(true);
    }
  }
});

test('services and their attributes are described', async () => {
  const { world } = await createTestWorld();
  const { Services = [] } = call(world, 'DescribeServices', {});
  expect(Services.map((service) => service.ServiceCode)).toEqual([
    'AWSDataTransfer',
    'AWSELB',
    'AmazonEC2',
    'AmazonVPC',
  ]);
  const { Services: [one] = [] } = call(world, 'DescribeServices', { ServiceCode: 'AmazonEC2' });
  expect(one?.AttributeNames).toContain('volumeApiName');
  expect(one?.AttributeNames).toContain('termType');
  const { AttributeValues } = call(world, 'GetAttributeValues', {
    ServiceCode: 'AmazonEC2',
    AttributeName: 'productFamily',
  });
  expect(AttributeValues?.map(({ Value }) => Value)).toEqual([
    'Compute Instance',
    'NAT Gateway',
    'Storage',
  ]);
});

test.each([
  ['GetProducts', { ServiceCode: 'AmazonS3' }, 'NotFoundException'],
  ['DescribeServices', { ServiceCode: 'AmazonS3' }, 'NotFoundException'],
  ['GetAttributeValues', { ServiceCode: 'AmazonS3', AttributeName: 'x' }, 'NotFoundException'],
  [
    'GetAttributeValues',
    { ServiceCode: 'AmazonEC2', AttributeName: 'colour' },
    'InvalidParameterException',
  ],
  [
    'GetProducts',
    { ServiceCode: 'AmazonEC2', FormatVersion: 'aws_v2' },
    'InvalidParameterException',
  ],
  ['GetProducts', { ServiceCode: 'AmazonEC2', NextToken: 'stranger' }, 'InvalidNextTokenException'],
])('%s of %j is refused with %s', async (operation, input, code) => {
  const { world } = await createTestWorld();
  expect(call(world, operation, input)).toMatchObject({ code });
});

test('the endpoints are those that the facts name, and another Region says so', async () => {
  const { world } = await createTestWorld();
  const usable = world.geography.regions.filter((region) => !region.optIn).map(({ code }) => code);
  const answering = usable.filter(
    (code) => call(world, 'DescribeServices', {}, code).Services?.length === 4,
  );
  expect(answering).toEqual(
    usable.filter((code) => serviceAvailability('pricing', code) === 'present'),
  );
  const refusal = call(world, 'DescribeServices', {}, 'eu-west-1');
  expect(refusal.code).toBe('UnknownEndpoint');
  expect(refusal.message).toContain('It has one in us-east-1, eu-central-1, ap-south-1.');
});

test.each([
  ['us-east-1', 'BoxUsage:t3.micro', 'US East (N. Virginia)'],
  ['us-west-2', 'USW2-BoxUsage:t3.micro', 'US West (Oregon)'],
  ['eu-west-1', 'EU-BoxUsage:t3.micro', 'EU (Ireland)'],
  ['eu-south-2', 'EUS2-BoxUsage:t3.micro', 'Europe (Spain)'],
  ['ap-southeast-1', 'APS1-BoxUsage:t3.micro', 'Asia Pacific (Singapore)'],
])('%s has the usage type %s and the location %s', async (code, usage, location) => {
  const { world } = await createTestWorld();
  const region = world.geography.region(code);
  if (region === undefined) throw new Error(`${code} is among the facts.`);
  expect(usageType(region, 'BoxUsage:t3.micro')).toBe(usage);
  expect(locationOf(region)).toBe(location);
});
