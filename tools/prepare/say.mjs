/** Talk goes to standard error: standard output belongs to the command's own result. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** What a person at the terminal can do something about; the message is one line. */
export class PrepareError extends Error {
  constructor(message) {
    super(message);
    this.name = 'PrepareError';
  }
}

export const secondsSince = (startMs) => Math.round((Date.now() - startMs) / 1000);
