import { describe, expect, it } from 'vitest';
import { drillText, ProgressLine } from './drill-progress.ts';

const plan = { name: 'Two Regions', durationMs: 600_000 };

const written = (isTTY: boolean, columns: number, use: (line: ProgressLine) => void): string => {
  let all = '';
  use(new ProgressLine({ isTTY, columns, write: (text) => (all += text) }));
  return all;
};

const stands = { unsettled: [], atSeconds: 0, requests: { sent: 0, lost: 0 }, broken: [] };

describe('what a drill says while it runs', () => {
  it.each([
    [{ ...stands, phase: 'building' }, 'Two Regions: building the stack'],
    [
      { ...stands, phase: 'settling', unsettled: ['instance i-1 is pending', 'and another'] },
      'Two Regions: settling: instance i-1 is pending and 1 more',
    ],
    [{ ...stands, phase: 'simulating' }, 'Two Regions: simulating 10 min 00 s'],
    [
      { ...stands, phase: 'running', atSeconds: -12.4 },
      'Two Regions: begins in 13 s of world time',
    ],
    [
      {
        ...stands,
        phase: 'running',
        atSeconds: 312,
        requests: { sent: 1560, lost: 204 },
        broken: ['region/us-east-1 disaster'],
      },
      'Two Regions: 05:12 / 10:00   1560 requests, 204 lost   BROKEN: region/us-east-1 disaster',
    ],
  ] as const)('%o', (progress, text) => {
    expect(drillText(plan, progress)).toBe(text);
  });

  it('is one line that changes on a terminal, no longer than that is wide', () => {
    const output = written(true, 20, (line) => {
      line.now('reading examples/two-regions');
      line.now('building');
      line.clear();
    });
    expect(output).toBe('\r\u001B[Kreading examples/tw\r\u001B[Kbuilding\r\u001B[K');
  });

  it('is nothing elsewhere but what is worth a line of its own', () => {
    const output = written(false, 80, (line) => {
      line.now('building');
      line.tell('faultline: something to know');
      line.clear();
    });
    expect(output).toBe('faultline: something to know\n');
  });
});
