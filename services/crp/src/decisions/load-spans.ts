import type { LoadSignalDocument, SignedLoadSignal } from '@roamgrid/contracts';
import { floorQuotient, formatInstant, parseInstant, type InstantMs } from '@roamgrid/kernel';
import type { LoadSpan } from '@roamgrid/negotiation';
import { resolveUtcOffsets } from '@roamgrid/platform';

const MS_PER_MINUTE = 60_000;
const MS_PER_SECOND = 1_000;
const MINUTES_PER_DAY = 1_440;

type Bands = LoadSignalDocument['bands'];

/** What is cut into local days: from and to in UTC, with the offset that holds over all of it. */
interface Piece {
  readonly fromMs: InstantMs;
  readonly toMs: InstantMs;
  readonly offsetMs: number;
}

function piecesOf(timeZone: string, fromMs: InstantMs, toMs: InstantMs): Piece[] {
  const offsets = resolveUtcOffsets(timeZone, fromMs, toMs);
  return offsets.map(({ from, offsetSeconds }, index) => {
    const next = offsets[index + 1];
    return {
      fromMs: Math.max(fromMs, parseInstant(from)),
      toMs: next === undefined ? toMs : parseInstant(next.from),
      offsetMs: offsetSeconds * MS_PER_SECOND,
    };
  });
}

function spansOfPiece({ fromMs, toMs, offsetMs }: Piece, loadBand: LoadSpan['loadBand']) {
  const spans: LoadSpan[] = [];
  let minute = floorQuotient(fromMs + offsetMs, MS_PER_MINUTE);
  // an instant inside a minute belongs to it: tariffs know whole minutes
  const end = floorQuotient(toMs + offsetMs + MS_PER_MINUTE - 1, MS_PER_MINUTE);
  while (minute < end) {
    const day = floorQuotient(minute, MINUTES_PER_DAY);
    const startMinute = minute - day * MINUTES_PER_DAY;
    const endMinute = Math.min(MINUTES_PER_DAY, startMinute + end - minute);
    spans.push({ day, startMinute, endMinute, loadBand });
    minute += endMinute - startMinute;
  }
  return spans;
}

/** Bands as days and times of day of a zone; `normal` is what holds without saying. */
export function loadSpansOf(bands: Bands, timeZone: string): LoadSpan[] {
  return bands
    .filter(({ loadBand }) => loadBand !== 'normal')
    .flatMap(({ from, to, loadBand }) =>
      piecesOf(timeZone, parseInstant(from), parseInstant(to)).flatMap((piece) =>
        spansOfPiece(piece, loadBand),
      ),
    );
}

/** Whether two bands fall on the same time of the same day, in the hour that clocks say twice. */
export function isSaidTwice(bands: Bands, timeZone: string): boolean {
  const all = bands.flatMap((band) =>
    loadSpansOf([{ ...band, loadBand: 'high' }], timeZone).map((span) => ({
      ...span,
      loadBand: band.loadBand,
    })),
  );
  return all.some((one, index) =>
    all
      .slice(index + 1)
      .some(
        (other) =>
          other.day === one.day &&
          other.loadBand !== one.loadBand &&
          other.startMinute < one.endMinute &&
          one.startMinute < other.endMinute,
      ),
  );
}

/** The bands of signals, other than `normal`, that fall into [fromMs, toMs), cut to it. */
export function bandsWithin(
  signals: readonly SignedLoadSignal[],
  fromMs: InstantMs,
  toMs: InstantMs,
): Bands {
  return signals.flatMap(({ document }) =>
    document.bands.flatMap(({ from, to, loadBand }) => {
      const startMs = Math.max(fromMs, parseInstant(from));
      const endMs = Math.min(toMs, parseInstant(to));
      if (loadBand === 'normal' || startMs >= endMs) return [];
      return [{ from: formatInstant(startMs), to: formatInstant(endMs), loadBand }];
    }),
  );
}
