import { describe, expect, it } from '@jest/globals';
import { FLOW } from '@roamgrid/contracts';
import { asyncApiDocument } from '../src/async-api-document.js';

describe('the AsyncAPI document', () => {
  const document = asyncApiDocument() as Record<string, Record<string, Record<string, unknown>>>;

  it('has a channel and an operation for every message of the flow', () => {
    expect(Object.keys(document['channels'] ?? {})).toHaveLength(FLOW.length);
    expect(document['channels']?.['aaa_swipe']).toMatchObject({
      address: 'rg.{utility}.aaa.swipe',
      messages: { request: { $ref: '#/components/messages/aaa_swipe_request' } },
    });
    expect(document['operations']?.['aaa_swipe']).toMatchObject({ action: 'receive' });
  });

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(FLOW.length);
    for (const [, path = ''] of references) {
      const found = path
        .split('/')
        .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document);
      expect([path, found]).toEqual([path, expect.anything()]);
    }
  });
});
