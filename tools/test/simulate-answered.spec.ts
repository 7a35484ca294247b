import { describe, expect, it } from '@jest/globals';
import { CallRefused, CallUnanswered } from '../src/station/station-socket.js';
import { answered } from '../src/swarm/answered.js';

/** fails with each of these in turn, then gives its answer */
function failing(...errors: readonly Error[]) {
  const left = [...errors];
  return () => {
    const error = left.shift();
    return error === undefined ? Promise.resolve('answer') : Promise.reject(error);
  };
}

describe('a call of a station', () => {
  it('is sent again until somebody answers', async () => {
    let repeats = 0;
    const call = failing(new CallUnanswered('a'), new CallUnanswered('b'));
    expect(await answered(call, () => (repeats += 1))).toBe('answer');
    expect(repeats).toBe(2);
  });

  it('is given up in the end, and not sent again where it was refused', async () => {
    const silent = Array.from({ length: 9 }, () => new CallUnanswered('nobody'));
    await expect(answered(failing(...silent), () => undefined)).rejects.toThrow('nobody');
    const refused = new CallRefused('InternalError', 'no');
    await expect(answered(failing(refused), () => undefined)).rejects.toBe(refused);
  });
});
