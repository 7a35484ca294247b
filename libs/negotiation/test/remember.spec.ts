import { describe, expect, it } from '@jest/globals';
import { remembering } from '../src/remember.js';

describe('remembering', () => {
  it('gives the result again without computing it, and forgets the oldest', () => {
    const computed: string[] = [];
    const spell = remembering(
      (word: string, times: number) => {
        computed.push(word);
        return word.repeat(times);
      },
      (word, times) => `${word} ${String(times)}`,
      2,
    );
    expect([spell('a', 2), spell('a', 2), spell('b', 1)]).toEqual(['aa', 'aa', 'b']);
    expect(spell('a', 3)).toBe('aaa');
    expect(spell('a', 2)).toBe('aa');
    expect(computed).toEqual(['a', 'b', 'a', 'a']);
  });
});
