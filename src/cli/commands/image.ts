import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { callAdmin, endpointOf } from '../admin-client.ts';
import { callerAccount, namedAccount, regionOf, type CallerOptions } from '../caller-options.ts';
import { tableLines } from '../choose/text-table.ts';
import { formatDuration } from '../../text/duration.ts';
import { bytesText, type ShownCopy } from '../images/copy-lines.ts';
import { ImageCalls } from '../images/image-calls.ts';
import type { CopyEstimate } from '../../aws/ec2/storage/copy-estimate.ts';
import type { CopySummary } from '../../admin/copies-summary.ts';
import type { ImageJob } from '../../admin/image-jobs.ts';
import { TerminalLine } from '../../text/terminal-line.ts';
import { Failed, UsageError } from '../../text/usage-error.ts';
import { watchCopies } from './copies.ts';

interface Options extends CallerOptions {
  readonly endpoint?: string;
  readonly json?: boolean;
}

interface EstimateAnswer {
  readonly region: string;
  readonly name: string;
  readonly estimates: readonly CopyEstimate[];
}

const destinationsOf = (to: string | undefined): readonly string[] => {
  const regions = (to ?? '').split(',').filter((region) => region !== '');
  if (regions.length === 0) {
    throw new UsageError('--to names the Regions to copy to: --to eu-west-1,ap-south-1');
  }
  return regions;
};

const money = (estimate: CopyEstimate): string => {
  if (estimate.usd === null) return 'not known';
  return `$${estimate.usd.toFixed(2)}${estimate.usdBasis === 'assumed' ? ' (usual price)' : ''}`;
};

const printEstimate = (imageId: string, answer: EstimateAnswer): void => {
  const rows = answer.estimates.map((estimate) => [
    estimate.toRegion,
    `${bytesText(estimate.bytes)}${estimate.incremental ? ' (changes)' : ''}`,
    `${bytesText(estimate.bytesPerSecond)}/s`,
    estimate.reachable ? formatDuration(estimate.seconds * 1000) : 'NO WAY THERE NOW',
    money(estimate),
  ]);
  const columns = [
    { title: 'to', align: 'left' },
    { title: 'bytes', align: 'right' },
    { title: 'rate', align: 'right' },
    { title: 'time', align: 'right' },
    { title: 'transfer', align: 'right' },
  ] as const;
  const usd = answer.estimates.reduce((sum, estimate) => sum + (estimate.usd ?? 0), 0);
  const longest = Math.max(...answer.estimates.map((estimate) => estimate.seconds));
  process.stdout.write(
    `${imageId} (${answer.name}) from ${answer.region}\n${tableLines(columns, rows).join('\n')}\n` +
      `all at once: ${formatDuration(longest * 1000)} of world time, $${usd.toFixed(2)} for the transfer; keeping the copies costs storage in each Region.\n`,
  );
};

const outcomeOf =
  (calls: ImageCalls) =>
  async (copy: CopySummary): Promise<ShownCopy['outcome']> => {
    if (copy.imageId === null) return 'over';
    // Its last snapshot has settled a moment before the image is told so.
    const { state, reason } = await calls.imageState(copy.toRegion, copy.imageId);
    if (state === 'failed') return { failed: reason };
    return state === 'available' ? 'completed' : 'over';
  };

const copyAndWatch = async (
  endpoint: string,
  calls: ImageCalls,
  image: { readonly imageId: string; readonly fromRegion: string; readonly name: string },
  toRegions: readonly string[],
  json: boolean,
): Promise<void> => {
  const made: { readonly region: string; readonly imageId: string }[] = [];
  for (const region of toRegions) {
    made.push({ region, imageId: await calls.copyImage(region, image) });
  }
  if (json) {
    process.stdout.write(`${JSON.stringify({ images: made })}\n`);
    return;
  }
  const ids = new Set(made.map(({ imageId }) => imageId));
  await watchCopies(
    endpoint,
    (copy) => copy.imageId !== null && ids.has(copy.imageId),
    outcomeOf(calls),
  );
  const failed: string[] = [];
  for (const { region, imageId } of made) {
    const { state, reason } = await calls.imageState(region, imageId);
    process.stdout.write(`${imageId}  ${region}  ${state}${reason === '' ? '' : `: ${reason}`}\n`);
    if (state === 'failed') failed.push(region);
  }
  if (failed.length > 0) throw new Failed(`The copy to ${failed.join(', ')} failed.`);
};

/** `faultline image copy`: sends an image to other Regions with bars, or says what that would take. */
export const imageCopy = async (
  imageId: string,
  options: Options & {
    readonly to?: string;
    readonly name?: string;
    readonly estimate?: boolean;
  },
): Promise<void> => {
  const endpoint = endpointOf(options.endpoint);
  const toRegions = destinationsOf(options.to);
  const calls = new ImageCalls(endpoint, namedAccount(options));
  const account = await callerAccount(endpoint, options);
  const query = new URLSearchParams({ image: imageId, to: toRegions.join(',') });
  if (options.region !== undefined) query.set('region', options.region);
  if (account !== undefined) query.set('account', account);
  // The admin API answers estimates in this form.
  const answer = (await callAdmin(
    endpoint,
    'GET',
    `/copies/estimate?${query.toString()}`,
  )) as EstimateAnswer;
  if (options.estimate === true) {
    if (options.json === true) process.stdout.write(`${JSON.stringify(answer)}\n`);
    else printEstimate(imageId, answer);
    return;
  }
  const image = { imageId, fromRegion: answer.region, name: options.name ?? answer.name };
  await copyAndWatch(endpoint, calls, image, toRegions, options.json === true);
};

const amountText = ({ progress: { entries, bytes } }: ImageJob): string =>
  `${entries === 0 ? '' : `${entries} files, `}${bytesText(bytes)}`;

const jobText = (job: ImageJob): string => `${job.phase}: ${amountText(job)}`;

/** Follows work of the world on an image; answers it when it is done. */
const followJob = async (endpoint: string, begun: ImageJob): Promise<ImageJob> => {
  let job = begun;
  const line = new TerminalLine(process.stderr);
  while (job.state === 'running') {
    line.now(jobText(job));
    await pause(line.isTerminal ? 200 : 500);
    // The admin API answers a job in this form.
    job = (await callAdmin(endpoint, 'GET', `/images/${job.id}`)) as ImageJob;
  }
  line.clear();
  if (job.error !== null) throw new Failed(job.error);
  return job;
};

const print = (job: ImageJob, json: boolean, words: string): void => {
  process.stdout.write(json ? `${JSON.stringify(job)}\n` : `${words}\n`);
};

/** Waits until an image can be launched; one that cannot become so while the clock stands still is left pending. */
const untilUsable = async (
  calls: ImageCalls,
  endpoint: string,
  region: string,
  imageId: string,
): Promise<{ readonly state: string; readonly reason: string }> => {
  for (;;) {
    const now = await calls.imageState(region, imageId);
    if (now.state !== 'pending') return now;
    // The admin API answers the clock in this form.
    const clock = (await callAdmin(endpoint, 'GET', '/clock')) as { readonly speed: number };
    if (clock.speed === 0) return now;
    await pause(200);
  }
};

/** `faultline image import`: a directory, an archive or a container's image becomes an image of the world. */
export const imageImport = async (
  path: string | undefined,
  options: Options & {
    readonly container?: string;
    readonly name?: string;
    readonly architecture?: string;
    readonly sizeGib?: string;
  },
): Promise<void> => {
  const endpoint = endpointOf(options.endpoint);
  const { container, name } = options;
  if ((path === undefined) === (container === undefined)) {
    throw new UsageError('Give a directory or an archive, or --container IMAGE: one of them.');
  }
  if (name === undefined) throw new UsageError('--name is what the image is called.');
  const account = await callerAccount(endpoint, options);
  const body = {
    ...(path === undefined ? { container } : { path: resolve(path) }),
    name,
    region: regionOf(options) ?? 'us-east-1',
    ...(options.architecture === undefined ? {} : { architecture: options.architecture }),
    ...(options.sizeGib === undefined ? {} : { sizeGiB: Number(options.sizeGib) }),
    ...(account === undefined ? {} : { account }),
  };
  const begun = (await callAdmin(endpoint, 'POST', '/images/import', body)) as ImageJob;
  const job = await followJob(endpoint, begun);
  const { state, reason } = await untilUsable(
    new ImageCalls(endpoint, namedAccount(options)),
    endpoint,
    body.region,
    job.imageId ?? '',
  );
  if (state === 'failed') throw new Failed(`The image failed: ${reason}`);
  print(
    job,
    options.json === true,
    `${job.imageId ?? ''}  ${name}  ${amountText(job)}, ${state} in ${body.region}`,
  );
};

/** `faultline image export`: the root file system of an image becomes a directory or an archive. */
export const imageExport = async (
  imageId: string,
  path: string,
  options: Options & { readonly region?: string },
): Promise<void> => {
  const endpoint = endpointOf(options.endpoint);
  const account = await callerAccount(endpoint, options);
  const body = {
    imageId,
    path: resolve(path),
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(account === undefined ? {} : { account }),
  };
  const begun = (await callAdmin(endpoint, 'POST', '/images/export', body)) as ImageJob;
  const job = await followJob(endpoint, begun);
  print(job, options.json === true, `${path}  ${amountText(job)}`);
};
