import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { CardOperation, CardOrder, PaymentGateway } from '../src/cards/ports.js';

type Changes = Partial<Omit<CardOrder, 'operation'>>;

/** What every adapter of a payment provider promises; `sandbox-…` cards behave as their names say. */
export function specifyPaymentGateway(
  name: string,
  gateway: () => PaymentGateway,
  waitLongerThanLate: () => void,
): void {
  const order = (operation: CardOperation, changes: Changes = {}): CardOrder => ({
    key: randomUUID(),
    operation,
    method: 'sandbox-card',
    currency: 'USD',
    amountMinor: 10_000n,
    upon: null,
    ...changes,
  });
  const execute = (operation: CardOperation, changes: Changes = {}) =>
    gateway().execute(order(operation, changes));
  const authorized = async (method = 'sandbox-card'): Promise<string> => {
    const authorization = order('authorize', { method });
    expect(await gateway().execute(authorization)).toMatchObject({ outcome: 'done' });
    return authorization.key;
  };

  describe(`a payment gateway: ${name}`, () => {
    it('does what it is asked once, and answers a key the same', async () => {
      const authorization = order('authorize');
      const first = await gateway().execute(authorization);
      expect(first).toMatchObject({ outcome: 'done', reference: expect.any(String) });
      expect(await gateway().execute(authorization)).toEqual(first);
      expect(await gateway().find(authorization.key)).toEqual(first);
      const other = { ...authorization, amountMinor: 1n };
      expect(await gateway().execute(other)).toMatchObject({ outcome: 'declined' });
    });

    it('knows nothing of a key that it never had', async () => {
      expect(await gateway().find(randomUUID())).toBeNull();
    });

    it.each`
      operation      | method                | outcome
      ${'authorize'} | ${'sandbox-card'}     | ${'done'}
      ${'charge'}    | ${'sandbox-account'}  | ${'done'}
      ${'authorize'} | ${'sandbox-declined'} | ${'declined'}
      ${'charge'}    | ${'sandbox-declined'} | ${'declined'}
      ${'authorize'} | ${'another-card'}     | ${'declined'}
      ${'capture'}   | ${'sandbox-card'}     | ${'declined'}
      ${'void'}      | ${'sandbox-card'}     | ${'declined'}
      ${'refund'}    | ${'sandbox-card'}     | ${'declined'}
    `('$operation of $method upon nothing: $outcome', async ({ operation, method, outcome }) => {
      const changes = { method: method as string };
      expect(await execute(operation as CardOperation, changes)).toMatchObject({ outcome });
    });

    it('captures up to what was authorized, and nothing after the rest was given back', async () => {
      const upon = await authorized();
      const capture = (amountMinor: bigint) => execute('capture', { upon, amountMinor });
      expect(await capture(10_001n)).toMatchObject({ outcome: 'declined' });
      expect(await capture(4_000n)).toMatchObject({ outcome: 'done' });
      expect(await execute('void', { upon })).toMatchObject({ outcome: 'done' });
      expect(await capture(1n)).toMatchObject({ outcome: 'declined' });
    });

    it('gives back up to what was taken', async () => {
      const charge = order('charge', { method: 'sandbox-account' });
      await gateway().execute(charge);
      const refund = (amountMinor: bigint) => execute('refund', { upon: charge.key, amountMinor });
      expect(await refund(6_000n)).toMatchObject({ outcome: 'done' });
      expect(await refund(6_000n)).toMatchObject({ outcome: 'declined' });
      expect(await refund(4_000n)).toMatchObject({ outcome: 'done' });
    });

    it('fails where it has no answer in time; its key tells what happened', async () => {
      const authorization = order('authorize', { method: 'sandbox-timeout' });
      await expect(gateway().execute(authorization)).rejects.toHaveProperty('message');
      expect(await gateway().find(authorization.key)).toMatchObject({ outcome: 'done' });
      expect(await gateway().execute(authorization)).toMatchObject({ outcome: 'done' });
    });

    it('answers late: until then nobody knows, afterwards it was done once', async () => {
      const charge = order('charge', { method: 'sandbox-late' });
      await expect(gateway().execute(charge)).rejects.toHaveProperty('message');
      expect(await gateway().find(charge.key)).toBeNull();
      waitLongerThanLate();
      const found = await gateway().find(charge.key);
      expect(found).toMatchObject({ outcome: 'done' });
      expect(await gateway().execute(charge)).toEqual(found);
    });
  });
}
