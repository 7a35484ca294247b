import { RoamgridError } from '@roamgrid/kernel';

/** A line of a CSV file, with its number as editors count it. */
export interface CsvLine {
  readonly line: number;
  readonly cells: readonly string[];
}

/** more than any line of ours has; a quote that is never closed would else take in all that follows */
const LINE_CAP_CHARACTERS = 65_536;
const SPECIAL = /[",\r\n]/g;

function notCsv(line: number, message: string): RoamgridError {
  return new RoamgridError('malformed_request', 'the body is not CSV', [
    { path: String(line), message },
  ]);
}

/**
 * Reads RFC 4180 piece by piece: quotes, CRLF or LF, a byte order mark before it; blank lines are left out. Never
 * holds more than one line.
 */
export class CsvReader {
  #lines: CsvLine[] = [];
  #cells: string[] = [];
  #cell = '';
  #lengthOfLine = 0;
  #isQuoted = false;
  /** a quote was the last of a piece: whether it ends the cell or stands for itself, the next piece says */
  #isQuotePending = false;
  #isAtStart = true;
  #line = 1;
  #startLine = 1;

  /** @returns the lines that end in this piece. @throws RoamgridError `malformed_request` for a line too long */
  push(piece: string): CsvLine[] {
    let text = piece;
    if (this.#isAtStart && text !== '') {
      this.#isAtStart = false;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    let place = 0;
    while (place < text.length) {
      place = this.#isQuoted ? this.#readQuoted(text, place) : this.#readPlain(text, place);
      if (this.#lengthOfLine > LINE_CAP_CHARACTERS) {
        throw notCsv(this.#startLine, 'the line is too long, or a quote is never closed');
      }
    }
    return this.#taken();
  }

  /** @returns what is left. @throws RoamgridError `malformed_request` where a quote is never closed */
  end(): CsvLine[] {
    if (this.#isQuoted && !this.#isQuotePending) {
      throw notCsv(this.#startLine, 'a quote is never closed');
    }
    this.#isQuoted = false;
    this.#isQuotePending = false;
    if (this.#cell !== '' || this.#cells.length > 0) this.#endLine();
    return this.#taken();
  }

  #taken(): CsvLine[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  /** @returns the place behind what was read */
  #readPlain(text: string, place: number): number {
    SPECIAL.lastIndex = place;
    const next = SPECIAL.exec(text)?.index ?? text.length;
    this.#add(text, place, next);
    if (next === text.length) return next;
    const character = text[next];
    if (character === '"') {
      if (this.#cell === '') this.#isQuoted = true;
      else this.#add(text, next, next + 1);
    } else if (character === ',') this.#endCell();
    else if (character === '\n') {
      this.#line += 1;
      this.#endLine();
    }
    return next + 1;
  }

  #readQuoted(text: string, place: number): number {
    if (this.#isQuotePending) {
      this.#isQuotePending = false;
      if (text[place] !== '"') {
        this.#isQuoted = false;
        return place;
      }
      this.#add(text, place, place + 1);
      return place + 1;
    }
    const quote = text.indexOf('"', place);
    const end = quote === -1 ? text.length : quote;
    for (
      let at = text.indexOf('\n', place);
      at !== -1 && at < end;
      at = text.indexOf('\n', at + 1)
    ) {
      this.#line += 1;
    }
    this.#add(text, place, end);
    if (quote === -1) return end;
    this.#isQuotePending = true;
    return quote + 1;
  }

  #add(text: string, from: number, to: number): void {
    if (from === to) return;
    this.#cell += text.slice(from, to);
    this.#lengthOfLine += to - from;
  }

  #endCell(): void {
    this.#cells.push(this.#cell);
    this.#cell = '';
    this.#lengthOfLine += 1;
  }

  #endLine(): void {
    this.#endCell();
    const isBlank = this.#cells.length === 1 && this.#cells[0]?.trim() === '';
    if (!isBlank) this.#lines.push({ line: this.#startLine, cells: this.#cells });
    this.#cells = [];
    this.#lengthOfLine = 0;
    this.#startLine = this.#line;
  }
}

/** The lines of a whole text. @throws RoamgridError `malformed_request` */
export function readCsv(text: string): CsvLine[] {
  const reader = new CsvReader();
  return [...reader.push(text), ...reader.end()];
}

/**
 * The lines of a text that comes in pieces of bytes.
 *
 * @throws RoamgridError `malformed_request` for what is not UTF-8 or no CSV
 */
export async function* csvLinesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<CsvLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const reader = new CsvReader();
  const decoded = (piece?: Uint8Array): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch {
      // the decoder says no more than that it cannot
      throw notCsv(0, 'not UTF-8');
    }
  };
  for await (const piece of bytes) yield* reader.push(decoded(piece));
  yield* reader.push(decoded());
  yield* reader.end();
}
