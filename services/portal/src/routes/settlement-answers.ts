import { hashHex, settlementDocument, settlementView, utilitySlug } from '@roamgrid/contracts';
import { z } from 'zod';

export const settlementAnswer = z
  .looseObject({
    settlementId: settlementView.shape.settlementId,
    partner: utilitySlug,
    currency: settlementView.shape.currency,
    state: settlementView.shape.state,
    document: settlementDocument,
    documentHash: hashHex,
    signatures: z.array(z.strictObject({ utility: utilitySlug, signature: z.string() })),
    differences: settlementView.shape.differences,
    payments: z.array(
      z.looseObject({
        ...settlementView.shape.payments.element.shape,
        reference: z.string().optional(),
        detail: z.string().optional(),
      }),
    ),
    ledger: z.looseObject({
      state: settlementView.shape.ledger.shape.state,
      businessKey: z.string(),
      txId: z.string().optional(),
      blockNumber: z.string().optional(),
    }),
    availableActions: settlementView.shape.availableActions,
  })
  .meta({ id: 'Settlement' });
