/** What our readers make of JSON's numbers, as the sender knows it. */
const RECEIVED: Readonly<Record<string, string>> = {
  LosslessNumber: 'number',
  bigint: 'number',
  NaN: 'a number that is no integer',
};

/** A schema's message in words of JSON, where it names a type of this program. */
export function issueWords(message: string): string {
  return message.replace(
    /\breceived (\w+)$/,
    (_whole, type: string) => `received ${RECEIVED[type] ?? type}`,
  );
}
