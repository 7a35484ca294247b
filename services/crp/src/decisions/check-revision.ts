import { tariffRevision, type TariffView } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';

/**
 * Whoever changes something says what was read before, so that of two who save at once the second is told.
 *
 * @param revisions read before; null where the caller named none
 * @throws RoamgridError `precondition_failed`
 */
export function checkRevision(view: TariffView, revisions: readonly string[] | null): void {
  if (revisions === null || revisions.includes('*')) return;
  if (!revisions.includes(tariffRevision(view))) {
    throw new RoamgridError(
      'precondition_failed',
      'it has changed since it was read; read it again',
    );
  }
}

/** @throws RoamgridError `precondition_required` where the caller named none, `precondition_failed` */
export function requireRevision(view: TariffView, revisions: readonly string[] | null): void {
  if (revisions === null) {
    throw new RoamgridError(
      'precondition_required',
      'If-Match must name the version that was read',
    );
  }
  checkRevision(view, revisions);
}
