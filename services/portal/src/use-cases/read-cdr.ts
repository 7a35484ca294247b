import { cdrDocument, readCdr, type CdrDocument } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Caller } from '../http/caller.js';
import { toOcpiCdr } from '../ocpi/to-ocpi-cdr.js';
import type { Portal } from '../ports.js';
import type { JsonObject } from '../read-model/view.js';
import { getView } from './read-views.js';

/** The record and its view. Where the view does not hold the document, settlement gives it. */
export async function readCdrView(
  portal: Portal,
  cdrId: string,
  caller: Caller,
): Promise<JsonObject> {
  const view = await getView(portal, 'cdr', cdrId, caller);
  if ('document' in view) return view;
  const { cdr } = await portal.bus.request(readCdr, portal.utility, { cdrId });
  if (cdr === null) throw new RoamgridError('not_found', 'no such object');
  return { ...view, ...cdr };
}

/** The record as an OCPI 2.2.1 CDR object with its tariff inside. */
export async function readOcpiCdr(
  portal: Portal,
  cdrId: string,
  caller: Caller,
): Promise<JsonObject> {
  const { document } = await readCdrView(portal, cdrId, caller);
  const cdr: CdrDocument = cdrDocument.parse(document);
  return toOcpiCdr(cdr, {
    visited: portal.registry.entry(cdr.visitedUtility),
    home: portal.registry.entry(cdr.homeUtility),
  });
}
