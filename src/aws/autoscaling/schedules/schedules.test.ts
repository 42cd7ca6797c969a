import { beforeEach, describe, expect, it } from 'vitest';
import { isoText } from '../../shared/utc-text.ts';
import { deleteAutoScalingGroup } from '../groups.ts';
import { resumeProcesses, suspendProcesses } from '../processes.ts';
import { createGroupWorld, type GroupWorld } from '../test-groups.ts';
import { ScheduledActions } from './entities.ts';
import { scheduleOperations } from './operations.ts';

const {
  PutScheduledUpdateGroupAction,
  BatchPutScheduledUpdateGroupAction,
  BatchDeleteScheduledAction,
  DeleteScheduledAction,
  DescribeScheduledActions,
} = scheduleOperations;
const named = { AutoScalingGroupName: 'web' };
const action = { ...named, ScheduledActionName: 'morning' };
const hourMs = 3_600_000;

let world: GroupWorld;
beforeEach(async () => {
  world = await createGroupWorld();
  world.createGroup({ DesiredCapacity: 1 });
  world.advance(1);
});

const now = (): number => world.view().now;
const desired = (): number => world.group().desiredCapacity;
const planned = () => world.call(DescribeScheduledActions, named).ScheduledUpdateGroupActions ?? [];

describe('a scheduled action', () => {
  it('happens once at its time, and is gone then', () => {
    const StartTime = now() + hourMs;
    world.call(PutScheduledUpdateGroupAction, { ...action, StartTime, MinSize: 2, MaxSize: 5 });
    expect(planned()).toMatchObject([{ ScheduledActionName: 'morning', StartTime, MinSize: 2 }]);
    world.advance(59);
    expect(desired()).toBe(1);
    world.advance(2);
    expect(world.group()).toMatchObject({ minSize: 2, maxSize: 5, desiredCapacity: 2 });
    expect(world.activities().at(-1)?.cause).toContain(
      'a scheduled action update of AutoScalingGroup constraints to min: 2, max: 5, desired: 2 changing the desired capacity from 1 to 2.',
    );
    expect(planned()).toEqual([]);
  });

  it('recurs in its time zone until its end', () => {
    const EndTime = now() + 50 * hourMs;
    world.call(PutScheduledUpdateGroupAction, {
      ...action,
      Recurrence: '30 9 * * *',
      TimeZone: 'America/New_York',
      EndTime,
      DesiredCapacity: 3,
    });
    const [first] = planned();
    expect(isoText(first?.StartTime ?? 0)).toMatch(/T1[34]:30:00/);
    world.advance(((first?.StartTime ?? 0) - now()) / 60_000 + 1);
    expect(desired()).toBe(3);
    expect(planned()[0]?.StartTime).toBe((first?.StartTime ?? 0) + 24 * hourMs);
    world.advance(50 * 60);
    expect(planned()).toEqual([]);
  });

  it('is passed over while it is suspended, and waits for the control plane', () => {
    const processes = { ...named, ScalingProcesses: ['ScheduledActions'] };
    const put = (DesiredCapacity: number): void => {
      const StartTime = now() + 5 * 60_000;
      world.call(PutScheduledUpdateGroupAction, { ...action, StartTime, DesiredCapacity });
    };
    put(2);
    world.call(suspendProcesses, processes);
    world.advance(10);
    world.call(resumeProcesses, processes);
    world.advance(10);
    expect([desired(), planned()]).toEqual([1, []]);
    put(3);
    const mend = world.breakDown('api/us-east-1', 'api');
    world.advance(10);
    expect(desired()).toBe(1);
    mend();
    world.advance(2);
    expect(desired()).toBe(3);
  });

  it('tells when it cannot be carried out', () => {
    const StartTime = now() + 60_000;
    world.call(PutScheduledUpdateGroupAction, { ...action, StartTime, DesiredCapacity: 7 });
    world.advance(2);
    expect(world.activities().at(-1)).toMatchObject({
      status: 'Failed',
      statusMessage: 'Desired capacity:7 must be between the specified min size:0 and max size:6',
    });
  });

  it('is put and deleted with others; what cannot be is told', () => {
    const StartTime = now() + hourMs;
    const one = { ScheduledActionName: 'one', StartTime, MinSize: 1 };
    const { FailedScheduledUpdateGroupActions: failed } = world.call(
      BatchPutScheduledUpdateGroupAction,
      {
        ...named,
        ScheduledUpdateGroupActions: [
          one,
          { ...one, ScheduledActionName: 'same' },
          { ScheduledActionName: 'two', Recurrence: '0 0 * * *', DesiredCapacity: 1 },
          { ScheduledActionName: 'none', Recurrence: 'daily', DesiredCapacity: 1 },
        ],
      },
    );
    expect(failed?.map((it) => [it.ScheduledActionName, it.ErrorCode])).toEqual([
      ['same', 'AlreadyExists'],
      ['none', 'ValidationError'],
    ]);
    expect(planned().map((it) => it.ScheduledActionName)).toEqual(['one', 'two']);
    const { FailedScheduledActions: missing } = world.call(BatchDeleteScheduledAction, {
      ...named,
      ScheduledActionNames: ['one', 'none'],
    });
    expect(missing?.map((it) => it.ScheduledActionName)).toEqual(['none']);
    world.call(DeleteScheduledAction, { ...named, ScheduledActionName: 'two' });
    expect(planned()).toEqual([]);
  });

  it('goes with its group', () => {
    world.call(PutScheduledUpdateGroupAction, { ...action, Recurrence: '* * * * *', MinSize: 1 });
    world.call(deleteAutoScalingGroup, { ...named, ForceDelete: true });
    world.advance(5);
    expect(world.view().list(ScheduledActions)).toEqual([]);
  });

  it.each([
    [{ MinSize: 1 }, 'StartTime or Recurrence must be specified'],
    [{ StartTime: 1, MinSize: 1 }, 'Given start time is in the past'],
    [{ Recurrence: '0 0 * * *' }, 'At least one of MinSize'],
    [{ Recurrence: 'never', MinSize: 1 }, 'Given recurrence string: never is invalid'],
    [{ Recurrence: '0 0 30 2 *', MinSize: 1 }, 'never comes'],
    [{ Recurrence: '0 0 * * *', TimeZone: 'Mars/Olympus', MinSize: 1 }, 'Invalid time zone'],
    [{ Recurrence: '0 0 * * *', MinSize: 3, MaxSize: 2 }, 'Max bound, 2'],
    [{ Recurrence: '0 0 * * *', DesiredCapacity: 3, MaxSize: 2 }, 'Desired capacity:3'],
  ])('is refused with %j', (more, message) => {
    expect(world.fail(PutScheduledUpdateGroupAction, { ...action, ...more }).message).toContain(
      message,
    );
  });
});
