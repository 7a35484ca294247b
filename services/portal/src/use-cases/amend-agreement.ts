import { proposeAgreement, type AgreementDocument, type AgreementView } from '@roamgrid/contracts';
import type { Caller } from '../http/caller.js';
import type { Portal } from '../ports.js';
import { getView } from './read-views.js';

type Amendment = Omit<AgreementDocument, 'type' | 'schemaVersion' | 'agreementId' | 'version'>;

/** Proposes the version after the newest. @throws RoamgridError `not_found`, or what crp refuses with */
export async function amendAgreement(
  portal: Portal,
  agreementId: string,
  amendment: Amendment,
  caller: Caller,
): Promise<AgreementView> {
  const current = (await getView(
    portal,
    'agreement',
    agreementId,
    caller,
  )) as unknown as AgreementView;
  const newest = current.versions[0]?.version ?? current.document.version;
  return portal.bus.request(proposeAgreement, portal.utility, {
    document: {
      type: 'agreement',
      schemaVersion: 1,
      ...amendment,
      agreementId,
      version: newest + 1,
    },
    by: caller.subject,
  });
}
