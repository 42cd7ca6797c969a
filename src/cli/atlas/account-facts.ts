import type { RefreshedFacts } from '../../atlas/refreshed-facts.ts';
import { services } from '../../atlas/services.ts';
import { parseXml, type XmlElement } from '../../wire/protocols/xml-parse.ts';
import { pricesByRegion } from './account-prices.ts';
import { askAws, askJson, AwsRefusal, home, type AwsAccess } from './aws-call.ts';

/** So many questions are on their way at once: AWS answers about 40 of them a second. */
const atOnce = 5;

/** Tells how far it is. */
export type Progress = (what: string) => void;

const ec2 = async (
  access: AwsAccess,
  region: string,
  operation: string,
  parameters: Readonly<Record<string, string>>,
): Promise<XmlElement> => {
  const form = new URLSearchParams({ Action: operation, Version: '2016-11-15', ...parameters });
  const text = await askAws(access, {
    service: 'ec2',
    region,
    operation,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: form.toString(),
  });
  const root = parseXml(text);
  if ('children' in root) return root;
  throw new Error(`${operation} in ${region} answered no XML: ${root.message}`);
};

const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((child) => child.name === name) ?? [];

const itemsOf = (root: XmlElement, list: string): readonly XmlElement[] =>
  childrenOf(childrenOf(root, list)[0], 'item');

const textOf = (element: XmlElement, name: string): string =>
  childrenOf(element, name)[0]?.text ?? '';

const inBatches = async <In, Out>(
  list: readonly In[],
  work: (item: In) => Promise<Out>,
): Promise<readonly Out[]> => {
  const results: Out[] = [];
  for (let begin = 0; begin < list.length; begin += atOnce) {
    results.push(...(await Promise.all(list.slice(begin, begin + atOnce).map(work))));
  }
  return results;
};

/** The zones of a Region; null when the account has not enabled the Region, and so is not told. */
const zoneIdsOf = async (access: AwsAccess, region: string): Promise<readonly string[] | null> => {
  try {
    const root = await ec2(access, region, 'DescribeAvailabilityZones', {});
    return itemsOf(root, 'availabilityZoneInfo')
      .filter((zone) => ['', 'availability-zone'].includes(textOf(zone, 'zoneType')))
      .map((zone) => textOf(zone, 'zoneId'))
      .toSorted();
  } catch (error) {
    if (error instanceof AwsRefusal && [400, 401, 403].includes(error.status)) return null;
    throw error;
  }
};

const parameterPath = '/aws/service/global-infrastructure';

/** The ids of the services that the public parameters have in a Region. */
const servicesOf = async (access: AwsAccess, region: string): Promise<readonly string[]> => {
  const found: string[] = [];
  let token: unknown;
  do {
    const answer = await askJson(access, 'ssm', 'AmazonSSM.GetParametersByPath', {
      Path: `${parameterPath}/regions/${region}/services`,
      MaxResults: 10,
      ...(token === undefined ? {} : { NextToken: token }),
    });
    // The answer's shape is that of GetParametersByPath.
    const parameters = (answer['Parameters'] ?? []) as readonly { readonly Value: string }[];
    found.push(...parameters.map((parameter) => parameter.Value));
    token = answer['NextToken'] ?? undefined;
  } while (token !== undefined && token !== '');
  return found.toSorted();
};

const namesOf = async (
  access: AwsAccess,
  ids: readonly string[],
): Promise<Readonly<Record<string, string>>> => {
  const entries = await inBatches(ids, async (id) => {
    const answer = await askJson(access, 'ssm', 'AmazonSSM.GetParameters', {
      Names: [`${parameterPath}/services/${id}/longName`],
    });
    // The answer's shape is that of GetParameters.
    const parameters = (answer['Parameters'] ?? []) as readonly { readonly Value: string }[];
    return [id, parameters[0]?.Value ?? id] as const;
  });
  return Object.fromEntries(entries);
};

/**
 * Asks an account for the facts that it can tell: Regions and zones (EC2), services (public parameters of Systems
 * Manager) and prices (Price List). `date` is the day, YYYY-MM-DD. Rejects with an AwsRefusal when one of the three
 * services refuses.
 */
export const gatherFacts = async (
  access: AwsAccess,
  date: string,
  progress: Progress,
): Promise<RefreshedFacts> => {
  progress('Regions');
  const root = await ec2(access, home, 'DescribeRegions', { AllRegions: 'true' });
  const regions = itemsOf(root, 'regionInfo').map((region) => ({
    code: textOf(region, 'regionName'),
    optIn: textOf(region, 'optInStatus') !== 'opt-in-not-required',
  }));
  let done = 0;
  const told = await inBatches(regions, async ({ code, optIn }) => {
    const [zoneIds, found] = [await zoneIdsOf(access, code), await servicesOf(access, code)];
    done += 1;
    progress(`zones and services of ${done} of ${regions.length} Regions`);
    return [code, { optIn, zoneIds, services: found }] as const;
  });
  const known = new Set(services.map((service) => service.id));
  const newIds = new Set(
    told.flatMap(([, region]) => region.services).filter((id) => !known.has(id)),
  );
  progress('prices');
  return {
    source: `${access.endpoint ?? 'AWS'}: EC2 DescribeRegions and DescribeAvailabilityZones, SSM ${parameterPath}, Pricing GetProducts`,
    date,
    regions: Object.fromEntries(told.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    newServices: await namesOf(access, [...newIds].toSorted()),
    prices: await pricesByRegion(access),
  };
};
