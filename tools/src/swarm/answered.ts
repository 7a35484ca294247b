import type { Answer, DemoGateway } from '../demo-gateway.js';
import { CallUnanswered } from '../station/station-socket.js';

/** More than any restart of a service takes. */
const TRIES = 5;

/**
 * What a station does whose call nobody answered: it repeats it, the same to the byte, so that it counts once.
 * A call that was refused is not repeated.
 *
 * @throws CallUnanswered in the end; whatever else `call` throws, at once
 */
export async function answered<Value>(
  call: () => Promise<Value>,
  onRepeat: () => void,
): Promise<Value> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (tries >= TRIES || !(error instanceof CallUnanswered)) throw error;
      onRepeat();
    }
  }
}

/** Posts to a utility's API, again while a service behind it does not answer. @throws CallUnanswered */
export function askUntilAnswered(
  gateway: DemoGateway,
  utility: string,
  path: string,
  body: object,
): Promise<Answer> {
  return answered(
    async () => {
      const answer = await gateway.ask(utility, 'POST', path, body);
      if (answer.status !== 503) return answer;
      throw new CallUnanswered(`${utility} ${path} was not answered`);
    },
    () => undefined,
  );
}
