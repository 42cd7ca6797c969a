import type { Geography } from '../../atlas/geography.ts';
import { foreignRegions } from '../../atlas/regions.ts';

/** What people call a partition, and who may have accounts there. */
const partitionTitles: Readonly<Record<string, string>> = {
  'aws-cn': 'AWS in China',
  'aws-us-gov': 'AWS GovCloud (US)',
  'aws-eusc': 'the AWS European Sovereign Cloud',
};

/**
 * Why there is no such Region in a world: it belongs to another partition of AWS, or nobody has it. One sentence or
 * two, for the message of an error.
 */
export const whyUnknownRegion = (geography: Geography, region: string): string => {
  const foreign = foreignRegions.find((known) => known.code === region);
  if (foreign !== undefined) {
    const title = partitionTitles[foreign.partition];
    const partition = `the partition '${foreign.partition}'${title === undefined ? '' : ` (${title})`}`;
    return (
      `The Region '${region}' (${foreign.longName}) is in ${partition}, which has accounts, credentials and endpoints of ` +
      `its own under ${foreign.dnsSuffix}; nothing of it can be reached from the partition 'aws', the only one in this world.`
    );
  }
  const codes = geography.regions.map((known) => known.code).join(', ');
  return `There is no Region '${region}' in this world. Regions: ${codes}.`;
};
