import { describe, expect, it } from '@jest/globals';
import { RoamgridError } from '@roamgrid/kernel';
import { availableActions, stateAfter } from '../src/invoice-states.js';
import { stateAfterFailure } from '../src/posting/post-intent.js';
import type { InvoiceState } from '../src/records.js';

describe('the states of an invoice', () => {
  it.each`
    state         | accept        | dispute       | credit        | settle
    ${'issued'}   | ${'accepted'} | ${'disputed'} | ${'credited'} | ${'refused'}
    ${'accepted'} | ${'refused'}  | ${'refused'}  | ${'credited'} | ${'settled'}
    ${'disputed'} | ${'accepted'} | ${'refused'}  | ${'credited'} | ${'refused'}
    ${'settled'}  | ${'refused'}  | ${'refused'}  | ${'credited'} | ${'refused'}
    ${'credited'} | ${'refused'}  | ${'refused'}  | ${'refused'}  | ${'refused'}
  `('$state', ({ state, ...expected }) => {
    for (const action of ['accept', 'dispute', 'credit', 'settle'] as const) {
      const outcome = (): string => {
        try {
          return stateAfter(state as InvoiceState, action);
        } catch (error) {
          expect(error).toMatchObject({ code: 'state_conflict' });
          return 'refused';
        }
      };
      expect(outcome()).toBe((expected as Record<string, string>)[action]);
    }
  });

  it('offers to each side what it may do', () => {
    expect(availableActions('issued', 'issued')).toEqual(['credit']);
    expect(availableActions('received', 'issued')).toEqual(['accept', 'dispute']);
    expect(availableActions('received', 'accepted')).toEqual([]);
    const differing = { hasDifferences: true };
    expect(availableActions('received', 'issued', differing)).toEqual(['dispute']);
    expect(availableActions('received', 'issued', { isWindowOver: true })).toEqual(['accept']);
    expect(availableActions('issued', 'disputed')).toEqual(['answerDispute', 'credit']);
    expect(availableActions('received', 'disputed')).toEqual([]);
    for (const [disputeAnswer, actions] of [
      ['accepted', []],
      ['rejected', ['accept']],
    ] as const) {
      expect(availableActions('issued', 'disputed', { disputeAnswer })).toEqual(['credit']);
      expect(availableActions('received', 'disputed', { disputeAnswer })).toEqual(actions);
    }
  });
});

describe('what is done about a failed submission', () => {
  it.each`
    step                | attempts | code                        | expected
    ${'presentInvoice'} | ${0}     | ${'ledger_unavailable'}     | ${'pending'}
    ${'presentInvoice'} | ${0}     | ${'ledger_outcome_unknown'} | ${'unknown'}
    ${'presentInvoice'} | ${0}     | ${'ledger_conflict'}        | ${'refused'}
    ${'presentInvoice'} | ${0}     | ${'state_conflict'}         | ${'refused'}
    ${'acceptInvoice'}  | ${0}     | ${'state_conflict'}         | ${'pending'}
    ${'acceptInvoice'}  | ${40}    | ${'state_conflict'}         | ${'refused'}
    ${'verifyInvoice'}  | ${0}     | ${'invalid_proof'}          | ${'refused'}
  `('$step after $attempts attempts, $code → $expected', ({ step, attempts, code, expected }) => {
    const transaction = {
      name: step as 'presentInvoice',
      caller: 'duke-energy',
      businessKey: '',
      documentHash: '',
      argument: {},
    };
    const { next } = new RoamgridError(code as 'ledger_conflict', '');
    const intent = { transaction, attempts: attempts as number };
    expect(stateAfterFailure(intent, code as 'ledger_conflict', next)).toBe(expected);
  });
});
