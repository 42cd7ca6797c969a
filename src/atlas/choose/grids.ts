/**
 * The synchronous electricity grid each Region stands in: what fails together in a grid's collapse. From the grid
 * operators' own descriptions (ENTSO-E's synchronous areas, NERC's interconnections, GCCIA, Japan's 50 and 60 Hz
 * areas, POSOCO's one Indian grid), by the Region's place; AWS says nothing of its supply. A Region that is not listed
 * is one whose grid is not known here.
 */
const grids: Readonly<Record<string, readonly string[]>> = {
  'Eastern Interconnection': ['us-east-1', 'us-east-2'],
  'Western Interconnection': ['us-west-1', 'us-west-2', 'ca-west-1'],
  'Quebec Interconnection': ['ca-central-1'],
  'Mexico national grid': ['mx-central-1'],
  'Brazil national grid': ['sa-east-1'],
  'Southern African Power Pool': ['af-south-1'],
  'China Southern grid': ['ap-east-1'],
  'Taiwan grid': ['ap-east-2'],
  'East Japan, 50 Hz': ['ap-northeast-1'],
  'West Japan, 60 Hz': ['ap-northeast-3'],
  'South Korea grid': ['ap-northeast-2'],
  'India national grid': ['ap-south-1', 'ap-south-2'],
  'Singapore and Peninsular Malaysia': ['ap-southeast-1', 'ap-southeast-5'],
  'Australia, National Electricity Market': ['ap-southeast-2', 'ap-southeast-4'],
  'Java and Bali': ['ap-southeast-3'],
  'New Zealand, North Island': ['ap-southeast-6'],
  'Thailand grid': ['ap-southeast-7'],
  'Continental Europe': ['eu-central-1', 'eu-central-2', 'eu-south-1', 'eu-south-2', 'eu-west-3'],
  'Nordic grid': ['eu-north-1'],
  'Ireland grid': ['eu-west-1'],
  'Great Britain grid': ['eu-west-2'],
  'Israel grid': ['il-central-1'],
  'Gulf Cooperation Council grid': ['me-central-1', 'me-south-1'],
};

/** Where the table of grids comes from. */
export const gridSource =
  "Synchronous areas as the grid operators describe them (ENTSO-E, NERC, GCCIA, OCCTO, Grid India), by the Region's place; general knowledge, not re-read; AWS publishes nothing of its supply.";

const gridByRegion: ReadonlyMap<string, string> = new Map(
  Object.entries(grids).flatMap(([grid, regions]) =>
    regions.map((region): [string, string] => [region, grid]),
  ),
);

/** The name of a Region's grid; undefined where it is not known. */
export const gridOf = (region: string): string | undefined => gridByRegion.get(region);
