import { describe, expect, it } from 'vitest';
import { LatenessMeter } from './lateness.ts';

describe('a lateness meter', () => {
  it('knows the worst of the last seconds, and of all time', () => {
    const meter = new LatenessMeter();
    meter.note('stall', 300, 10, 1000);
    meter.note('stall', 40, 10, 9000);
    meter.note('stall', 25, 10, 9500);
    expect(meter.recent('stall', 5000, 10_000)).toEqual({ realMs: 40, worldMs: 400 });
    expect(meter.recent('stall', 60_000, 10_000)).toEqual({ realMs: 300, worldMs: 3000 });
    expect(meter.worst().stall).toEqual({ realMs: 300, worldMs: 3000 });
  });

  it('tells one bad moment from a bad time', () => {
    const meter = new LatenessMeter();
    for (const atMs of [0, 100, 200, 5000, 70_000]) meter.note('stall', 300, 1, atMs);
    const isBad = ({ realMs }: { readonly realMs: number }): boolean => realMs > 200;
    expect(meter.secondsWith('stall', isBad, 30_000, 6000)).toBe(1);
    meter.note('stall', 300, 1, 71_000);
    expect(meter.secondsWith('stall', isBad, 30_000, 71_500)).toBe(2);
  });

  it('forgets seconds, not the worst, after a minute', () => {
    const meter = new LatenessMeter();
    meter.note('stall', 300, 1, 0);
    meter.note('stall', 1, 1, 100_000);
    expect(meter.recent('stall', 3_600_000, 100_000)).toEqual({ realMs: 1, worldMs: 1 });
    expect(meter.worst().stall.realMs).toBe(300);
  });

  it('counts in world time at the speed of the moment', () => {
    const meter = new LatenessMeter();
    meter.note('stall', 100, 10, 0);
    meter.note('stall', 400, 1, 500);
    expect(meter.worst().stall).toEqual({ realMs: 400, worldMs: 1000 });
  });

  it('keeps what did not get on apart from what took its time to begin', () => {
    const meter = new LatenessMeter();
    meter.note('start', 900, 2, 0);
    expect(meter.worst()).toEqual({
      stall: { realMs: 0, worldMs: 0 },
      start: { realMs: 900, worldMs: 1800 },
    });
  });

  it('tells a span only what came after its begin and before its end', () => {
    const meter = new LatenessMeter();
    meter.note('stall', 500, 1, 0);
    const span = meter.span();
    meter.note('stall', 20, 1, 10);
    expect(span.worst().stall.realMs).toBe(20);
    span.end();
    meter.note('stall', 700, 1, 20);
    expect(span.worst().stall.realMs).toBe(20);
  });
});
