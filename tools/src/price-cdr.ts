import { RoamgridError } from '@roamgrid/kernel';
import { rate } from '@roamgrid/rating';
import { fromOcpi221, isTariffValidAt, parseTariff, type Tariff } from '@roamgrid/tariff';
import { isLosslessNumber, parse } from 'lossless-json';
import { readCdr, type CdrToPrice } from './price-read-cdr.js';
import { resolveUtcOffsets } from './price-offsets.js';
import { reportPrice, type PriceReport } from './price-report.js';

export interface PriceRequest {
  /** the texts of an OCPI 2.2.1 tariff and CDR */
  readonly tariffText: string;
  readonly cdrText: string;
  /** IANA name of the station's time zone */
  readonly timeZone: string;
}

function parseJson(text: string, name: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    // the reader goes down a level by calling itself
    if (error instanceof RangeError) {
      throw new RoamgridError('malformed_request', `${name} is nested too deeply`);
    }
    if (!(error instanceof SyntaxError)) throw error;
    throw new RoamgridError('malformed_request', `${name} is not JSON: ${error.message}`);
  }
}

/** Pricing does not ask when a tariff was last touched; a file without the date is priced all the same. */
function readTariff(text: string): Tariff {
  const json = parseJson(text, 'the tariff');
  const dated =
    typeof json === 'object' && json !== null && !Array.isArray(json) && !isLosslessNumber(json)
      ? { last_updated: '1970-01-01T00:00:00Z', ...json }
      : json;
  try {
    return parseTariff(fromOcpi221(dated));
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    throw new RoamgridError(error.code, `tariff: ${error.message}`, error.fields);
  }
}

function checkFits(tariff: Tariff, cdr: CdrToPrice): void {
  if (cdr.currency !== tariff.currency) {
    throw new RoamgridError(
      'currency_mismatch',
      `the CDR is in ${cdr.currency}, the tariff in ${tariff.currency}`,
    );
  }
  if (!isTariffValidAt(tariff, cdr.startMs)) {
    throw new RoamgridError('price_unknown', 'the tariff is not valid when the session starts');
  }
}

/**
 * Prices an OCPI CDR under an OCPI tariff, both as texts, with the gateway's own engine.
 *
 * @throws RoamgridError with one line that says what is wrong with the input
 */
export function priceCdr(request: PriceRequest): PriceReport {
  const tariff = readTariff(request.tariffText);
  const cdr = readCdr(parseJson(request.cdrText, 'the CDR'));
  checkFits(tariff, cdr);
  const startMs = Math.min(cdr.startMs, ...cdr.periods.map((period) => period.startMs));
  return reportPrice(
    rate({
      tariff,
      periods: cdr.periods,
      utcOffsets: resolveUtcOffsets(request.timeZone, startMs, cdr.endMs),
      rounding: 'halfUp',
      boundaries: 'asGiven',
    }),
  );
}
