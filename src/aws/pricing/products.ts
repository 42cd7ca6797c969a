import type { Geography } from '../../atlas/geography.ts';
import { hashHex } from '../../atlas/hash.ts';
import type { Price } from '../../atlas/prices.ts';
import type { Region } from '../../atlas/regions.ts';
import { instanceTypeFacts, knownInstanceTypes } from '../ec2/instances/instance-type-facts.ts';
import { isOffered } from '../ec2/capacity/offerings.ts';
import { Late } from '../shared/late.ts';
import { locationOf, transferCode, usageType } from './locations.ts';

/** What is known of prices: `src/atlas/prices.ts`. */
export const priceFacts = new Late(() => import('../../atlas/prices.ts'));

/** A thing with one price, as the price list of AWS has it. */
export interface Product {
  readonly serviceCode: string;
  readonly productFamily: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly unit: 'Hrs' | 'GB-Mo' | 'GB';
  /** What one unit is, behind `$0.096 per`. */
  readonly per: string;
  /** In units; the price holds below it. */
  readonly endRange: 'Inf' | '10240';
  readonly price: NonNullable<Price>;
  readonly sku: string;
}

type Draft = Omit<Product, 'sku' | 'price' | 'attributes' | 'endRange'> & {
  readonly attributes: Readonly<Record<string, string | undefined>>;
  readonly endRange?: '10240';
  readonly price: Price;
};

/** AWS's names of its services in the price list. */
const serviceNames: Readonly<Record<string, string>> = {
  AWSDataTransfer: 'AWS Data Transfer',
  AWSELB: 'Elastic Load Balancing',
  AmazonEC2: 'Amazon Elastic Compute Cloud',
  AmazonVPC: 'Amazon Virtual Private Cloud',
};

/** The services of which a price is known. */
export const pricedServices: readonly string[] = Object.keys(serviceNames);

/** A product whose price is known; its SKU is made here, stable, in the form of AWS's. */
const finish = (draft: Draft): readonly Product[] => {
  if (draft.price === null) return [];
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries({
    ...draft.attributes,
    servicecode: draft.serviceCode,
    servicename: serviceNames[draft.serviceCode],
  })) {
    if (value !== undefined) attributes[name] = value;
  }
  const sku = hashHex(
    16,
    'sku',
    draft.serviceCode,
    draft.productFamily,
    JSON.stringify(attributes),
  );
  return [
    {
      ...draft,
      endRange: draft.endRange ?? 'Inf',
      price: draft.price,
      attributes,
      sku: sku.toUpperCase(),
    },
  ];
};

const inRegion = (region: Region): Readonly<Record<string, string>> => ({
  location: locationOf(region),
  locationType: 'AWS Region',
  regionCode: region.code,
});

/** "Instance size flexibility", Amazon EC2 User Guide. */
const normalizationFactors: Readonly<Record<string, string>> = {
  nano: '0.25',
  micro: '0.5',
  small: '1',
  medium: '2',
  large: '4',
  xlarge: '8',
};

const families: Readonly<Record<string, string>> = {
  c: 'Compute optimized',
  m: 'General purpose',
  r: 'Memory optimized',
  t: 'General purpose',
};

const instance = (region: Region, type: string): Draft => {
  const facts = instanceTypeFacts(type);
  const size = type.split('.')[1] ?? '';
  return {
    serviceCode: 'AmazonEC2',
    productFamily: 'Compute Instance',
    attributes: {
      ...inRegion(region),
      capacitystatus: 'Used',
      currentGeneration: facts?.CurrentGeneration === true ? 'Yes' : 'No',
      instanceFamily: families[type[0] ?? ''],
      instanceType: type,
      licenseModel: 'No License required',
      marketoption: 'OnDemand',
      memory: `${(facts?.MemoryInfo?.SizeInMiB ?? 0) / 1024} GiB`,
      networkPerformance: facts?.NetworkInfo?.NetworkPerformance,
      normalizationSizeFactor: normalizationFactors[size],
      operatingSystem: 'Linux',
      operation: 'RunInstances',
      preInstalledSw: 'NA',
      processorArchitecture: '64-bit',
      storage: 'EBS only',
      tenancy: 'Shared',
      usagetype: usageType(region, `BoxUsage:${type}`),
      vcpu: String(facts?.VCpuInfo?.DefaultVCpus ?? ''),
    },
    unit: 'Hrs',
    per: `On Demand Linux ${type} Instance Hour`,
    price: priceFacts.value.instancePrice(type, region.code),
  };
};

const volume = (region: Region): Draft => ({
  serviceCode: 'AmazonEC2',
  productFamily: 'Storage',
  attributes: {
    ...inRegion(region),
    storageMedia: 'SSD-backed',
    usagetype: usageType(region, 'EBS:VolumeUsage.gp3'),
    volumeApiName: 'gp3',
    volumeType: 'General Purpose',
  },
  unit: 'GB-Mo',
  per: `GB-month of General Purpose (gp3) provisioned storage - ${locationOf(region)}`,
  price: priceFacts.value.gp3Price(region.code),
});

const natGateway = (region: Region): Draft => ({
  serviceCode: 'AmazonEC2',
  productFamily: 'NAT Gateway',
  attributes: {
    ...inRegion(region),
    group: 'NGW:NatGateway',
    groupDescription: 'Hourly charge for NAT Gateways',
    operation: 'NatGateway',
    usagetype: usageType(region, 'NatGateway-Hours'),
  },
  unit: 'Hrs',
  per: 'NAT Gateway Hour',
  price: priceFacts.value.natGatewayPrice(region.code),
});

const balancer = (region: Region, kind: 'Application' | 'Network'): Draft => ({
  serviceCode: 'AWSELB',
  productFamily: `Load Balancer-${kind}`,
  attributes: {
    ...inRegion(region),
    group: 'ELB:Balancing',
    groupDescription: `LoadBalancer hourly usage by ${kind} Load Balancer`,
    operation: `LoadBalancing:${kind}`,
    usagetype: usageType(region, 'LoadBalancerUsage'),
  },
  unit: 'Hrs',
  per: `${kind} LoadBalancer-hour (or partial hour)`,
  price: priceFacts.value.balancerPrice(
    kind === 'Application' ? 'application' : 'network',
    region.code,
  ),
});

const publicAddress = (region: Region): Draft => ({
  serviceCode: 'AmazonVPC',
  productFamily: 'VpcPublicIPv4Address',
  attributes: {
    ...inRegion(region),
    group: 'VPCPublicIPv4Address',
    groupDescription: 'Hourly charge for In-use Public IPv4 Addresses',
    usagetype: usageType(region, 'PublicIPv4:InUseAddress'),
  },
  unit: 'Hrs',
  per: 'In-use public IPv4 address per hour',
  price: priceFacts.value.publicAddressPrice,
});

const transferFrom = (region: Region): Readonly<Record<string, string>> => ({
  fromLocation: locationOf(region),
  fromLocationType: 'AWS Region',
  fromRegionCode: region.code,
});

const transferTo = (region: Region): Readonly<Record<string, string>> => ({
  toLocation: locationOf(region),
  toLocationType: 'AWS Region',
  toRegionCode: region.code,
});

const betweenZones = (region: Region): Draft => ({
  serviceCode: 'AWSDataTransfer',
  productFamily: 'Data Transfer',
  attributes: {
    ...transferFrom(region),
    ...transferTo(region),
    transferType: 'IntraRegion',
    usagetype: usageType(region, 'DataTransfer-Regional-Bytes'),
  },
  unit: 'GB',
  per: 'GB - regional data transfer - in/out/between EC2 AZs or using elastic IPs or ELB',
  price: priceFacts.value.betweenZonesPrice,
});

const toInternet = (region: Region): Draft => ({
  serviceCode: 'AWSDataTransfer',
  productFamily: 'Data Transfer',
  attributes: {
    ...transferFrom(region),
    toLocation: 'External',
    toLocationType: 'Other',
    transferType: 'AWS Outbound',
    usagetype: usageType(region, 'DataTransfer-Out-Bytes'),
  },
  unit: 'GB',
  per: 'GB - first 10 TB / month data transfer out',
  endRange: '10240',
  price: priceFacts.value.internetEgressPrice(region.code),
});

const betweenRegions = (from: Region, to: Region): Draft => {
  const price = priceFacts.value.betweenRegionsPrice(from.code, to.code);
  return {
    serviceCode: 'AWSDataTransfer',
    productFamily: 'Data Transfer',
    attributes: {
      ...transferFrom(from),
      ...transferTo(to),
      transferType: 'InterRegion Outbound',
      usagetype: `${transferCode(from)}-${transferCode(to)}-AWS-Out-Bytes`,
    },
    unit: 'GB',
    per: `GB - ${locationOf(from)} data transfer to ${locationOf(to)}`,
    // What is usual is no price of this pair.
    price: price?.basis === 'assumed' ? null : price,
  };
};

const draftsOf = (region: Region, all: readonly Region[]): readonly Draft[] => [
  ...knownInstanceTypes
    .filter(
      (type) =>
        priceFacts.value.instancePrice(type, region.code) !== null && isOffered(type, region.code),
    )
    .map((type) => instance(region, type)),
  volume(region),
  natGateway(region),
  balancer(region, 'Application'),
  balancer(region, 'Network'),
  publicAddress(region),
  betweenZones(region),
  toInternet(region),
  ...all.filter((other) => other !== region).map((other) => betweenRegions(region, other)),
];

const known = new WeakMap<Geography, readonly Product[]>();

/** All products of the world's Regions whose price is known, in the order of their SKUs. */
export const productsOf = (geography: Geography): readonly Product[] => {
  const made = known.get(geography);
  if (made !== undefined) return made;
  const products = geography.regions
    .flatMap((region) => draftsOf(region, geography.regions).flatMap(finish))
    .toSorted((a, b) => (a.sku < b.sku ? -1 : 1));
  known.set(geography, products);
  return products;
};

/** The fields of a product by which it can be found: its attributes, its family, and how it is sold. */
export const fieldsOf = (product: Product): Readonly<Record<string, string>> => ({
  ...product.attributes,
  productFamily: product.productFamily,
  termType: 'OnDemand',
});
