/** The charge cannot be told to its end; the message is one line for a person. */
export class DemoFault extends Error {
  override readonly name = 'DemoFault';
}

/** One line of whatever was thrown. */
export function faultLine(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message.replaceAll(/\s*\n\s*/g, ' ');
}
