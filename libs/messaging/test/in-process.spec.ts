import { expect, it } from '@jest/globals';
import { inProcessTransport } from '@roamgrid/messaging';
import { specifyBus } from './bus-specification.js';
import { HOME, startEcho } from './echo-service.js';

specifyBus('the bus in one process', async () => ({
  transport: inProcessTransport(),
  stop: () => Promise.resolve(),
}));

it('a service cannot stand twice in one process', async () => {
  const transport = inProcessTransport();
  const first = await startEcho(transport, HOME, () => null);
  await expect(startEcho(transport, HOME, () => null)).rejects.toThrow('has a listener already');
  await first.close();
});
