import { z } from 'zod';
import { defineContract } from '../../contract.js';
import { loadSignalDocument, signedLoadSignal } from '../../documents/load-signal.js';
import { nothing, stationClass } from '../../values.js';

export const publishLoadSignal = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'publishLoadSignal',
  version: 1,
  summary: 'Signs load bands ahead of time and tells every partner.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ stationClass, bands: loadSignalDocument.shape.bands }),
  reply: signedLoadSignal,
});

export const receiveLoadSignal = defineContract({
  kind: 'event',
  service: 'crp',
  name: 'receiveLoadSignal',
  version: 1,
  summary: "A visited utility's load bands, as its partners may hold it to them.",
  senders: ['crp'],
  scope: 'partner',
  request: z.strictObject({ loadSignal: signedLoadSignal }),
  reply: nothing,
});
