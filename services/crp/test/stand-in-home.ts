import { cosignAgreedTariff, subjectOf, answerOffer } from '@roamgrid/contracts';
import { HOME, type Consortium, type VISITED } from './two-utilities.js';

interface HandlerTable {
  addHandler(pattern: string, callback: (data: unknown) => Promise<unknown>): void;
  listen(callback: () => void): void;
  close(): void;
}

export interface Misbehaviour {
  /** the payload of an answer to an offer, or no answer ever */
  readonly answer: () => object | 'silence';
  /** whose key signs the outcome; null refuses; home's own unless told */
  readonly signWith?: typeof HOME | typeof VISITED | null;
}

const never = (): Promise<never> => new Promise(() => undefined);
const refusal = { code: 'negotiation_failed', detail: 'no', fields: [] };

/** Puts a home of one's own making on the bus; what is returned puts the real one back. */
export async function standInForHome(
  consortium: Consortium,
  { answer, signWith = HOME }: Misbehaviour,
): Promise<() => Promise<void>> {
  const home = consortium.crps[HOME];
  await home.stop();
  const server = consortium.transport.server(HOME, 'crp') as unknown as HandlerTable;
  server.addHandler(subjectOf(answerOffer), () => {
    const move = answer();
    return move === 'silence' ? never() : Promise.resolve({ ok: true, payload: { move } });
  });
  server.addHandler(subjectOf(cosignAgreedTariff), async (data) => {
    if (signWith === null) return { ok: false, error: refusal };
    const { payload } = data as { payload: { document: unknown } };
    const { signature } = await consortium.crps[signWith].signer.sign(payload.document);
    return { ok: true, payload: { signature } };
  });
  server.listen(() => undefined);
  return async () => {
    server.close();
    await home.start();
  };
}
