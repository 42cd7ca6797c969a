import { DomainError } from '../../../world/domain-error.ts';
import type { Leftover } from '../driver.ts';
import { removeContainer } from './create-container.ts';
import type { Engine } from './engine-client.ts';
import { jsonObject } from './image-configuration.ts';
import { namespaceOf, processesIn, signalAll } from './namespace-processes.ts';

/** What every container of ours carries. */
export const worldLabel = 'faultline.world';
export const runLabel = 'faultline.run';
export const instanceLabel = 'faultline.instance';

interface FoundContainer {
  readonly id: string;
  readonly instanceId: string;
  readonly runId: string;
}

const containersOf = async (
  engine: Engine,
  worldId: string,
): Promise<readonly FoundContainer[] | DomainError> => {
  const listed = await engine.client.json({
    method: 'GET',
    path: '/containers/json',
    query: { all: 'true', filters: JSON.stringify({ label: [`${worldLabel}=${worldId}`] }) },
  });
  if (listed instanceof DomainError) return listed;
  return (Array.isArray(listed) ? listed : []).map((entry: unknown) => {
    const { Id, Labels } = jsonObject(entry);
    const labels = jsonObject(Labels);
    return {
      id: String(Id),
      instanceId: String(labels[instanceLabel]),
      runId: String(labels[runLabel]),
    };
  });
};

const end = async (engine: Engine, { id, instanceId }: FoundContainer): Promise<Leftover> => {
  const path = `/containers/${id}`;
  const inspected = await engine.client.json({ method: 'GET', path: `${path}/json` });
  const processId = Number(jsonObject(jsonObject(inspected)['State'])['Pid'] ?? 0);
  const namespace = processId > 0 ? namespaceOf(processId, 'pid') : undefined;
  const processes = namespace === undefined ? [] : processesIn(namespace);
  signalAll(processes, 'SIGKILL');
  // One that was paused holds its dead; one that was not refuses this, which says nothing.
  await engine.client.json({ method: 'POST', path: `${path}/unpause` });
  const deadline = performance.now() + 10_000;
  while ((await removeContainer(engine, id)) !== undefined && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return { instanceId, processIds: processes.map((found) => found.processId) };
};

/** Ends and removes the containers of a world's other runs, or of the run that is meant, and says what they were. */
export const endLeftoverContainers = async (
  engine: Engine,
  worldId: string,
  isMeant: (runId: string) => boolean,
): Promise<readonly Leftover[]> => {
  const found = await containersOf(engine, worldId);
  // An engine that does not answer has nothing that could be ended; the next start looks again.
  if (found instanceof DomainError) return [];
  const ended: Leftover[] = [];
  for (const container of found)
    if (isMeant(container.runId)) ended.push(await end(engine, container));
  return ended;
};
