import { describe, expect, it } from 'vitest';
import type { CopySummary } from '../../admin/copies-summary.ts';
import { bytesText, copyLines } from './copy-lines.ts';

const copy: CopySummary = {
  snapshotId: 'snap-1',
  imageId: 'ami-1',
  name: 'web',
  fromRegion: 'us-east-1',
  fromSnapshotId: 'snap-0',
  toRegion: 'eu-west-1',
  account: '000000000000',
  state: 'moving',
  totalBytes: 100_000_000_000,
  sentBytes: 25_000_000_000,
  bytesPerSecond: 27_777_778,
  linkShare: 0.185,
  secondsLeft: 2700,
  incremental: false,
};

describe('a copy on the screen', () => {
  it('shows how far it is, how fast, and when it will be through', () => {
    expect(copyLines([{ copy, outcome: undefined }], 200)).toEqual([
      'ami-1  us-east-1 → eu-west-1  █████░░░░░░░░░░░░░░░  25%  25.0 GB of 100 GB   27.8 MB/s, 19% of the way   45m 00s left',
    ]);
  });

  it.each([
    [
      110,
      'ami-0123456789abcdef0  us-east-1 → eu-west-1  ██░░░░░░░░  25%  27.8 MB/s, 19% of the way   45m 00s left',
    ],
    [80, 'ami-012345…  us-east-1 → eu-west-1  █░░░░  25%  27.8 MB/s, 19%   45m 00s left'],
  ])('says rate, share and time left also in %d columns', (columns, line) => {
    const long = { ...copy, imageId: 'ami-0123456789abcdef0' };
    expect(copyLines([{ copy: long, outcome: undefined }], columns)).toEqual([line]);
  });

  it.each([
    [{ copy: { ...copy, state: 'paused' }, outcome: undefined }, 'PAUSED: no way there'],
    [{ copy, outcome: 'completed' }, 'completed'],
    [{ copy, outcome: { failed: 'the Region was lost' } }, 'FAILED: the Region was lost'],
  ] as const)('says what has become of it', (shown, words) => {
    expect(copyLines([shown], 200)[0]).toContain(words);
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [524_288, '524 kB'],
    [1_500_000, '1.5 MB'],
    [99_950_000_000, '100 GB'],
    [64e12, '64.0 TB'],
  ])('writes %d bytes for a person', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });
});
