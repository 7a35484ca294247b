import { cdrDocument, readCdr, signedCdrCredit, type SignedCdrCredit } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Caller } from '../http/caller.js';
import { toOcpiCdr, toOcpiCreditCdr } from '../ocpi/to-ocpi-cdr.js';
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

async function documentOf(portal: Portal, cdrId: string, caller: Caller) {
  const { document } = await readCdrView(portal, cdrId, caller);
  const cdr = cdrDocument.parse(document);
  const parties = {
    visited: portal.registry.entry(cdr.visitedUtility),
    home: portal.registry.entry(cdr.homeUtility),
  };
  return { cdr, parties };
}

/** The record as an OCPI 2.2.1 CDR object with its tariff inside. */
export async function readOcpiCdr(
  portal: Portal,
  cdrId: string,
  caller: Caller,
): Promise<JsonObject> {
  const { cdr, parties } = await documentOf(portal, cdrId, caller);
  return toOcpiCdr(cdr, parties);
}

/** The credit by which a record was taken back. @throws RoamgridError `not_found` where it was not */
export async function readCdrCredit(
  portal: Portal,
  cdrId: string,
  caller: Caller,
): Promise<SignedCdrCredit> {
  const { credit } = await getView(portal, 'cdr', cdrId, caller);
  if (credit === undefined) throw new RoamgridError('not_found', 'no such object');
  return signedCdrCredit.parse(credit);
}

/** The credit as an OCPI 2.2.1 credit CDR. @throws RoamgridError `not_found` */
export async function readOcpiCredit(
  portal: Portal,
  cdrId: string,
  caller: Caller,
): Promise<JsonObject> {
  const credit = await readCdrCredit(portal, cdrId, caller);
  const { cdr, parties } = await documentOf(portal, cdrId, caller);
  return toOcpiCreditCdr(cdr, credit.document.issuedAt, parties);
}
