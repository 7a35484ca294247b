import { authenticateStation, stationId as stationIdSchema } from '@roamgrid/contracts';
import { RoamgridError, type InstantMs } from '@roamgrid/kernel';
import type { Bus } from '@roamgrid/messaging';
import { stationPasswordDigest, type Clock } from '@roamgrid/platform';

/** A station whose password fitted, and the utility it belongs to: the visited one. */
export interface AuthenticatedStation {
  readonly stationId: string;
  readonly utility: string;
}

export interface StationDirectoryOptions {
  readonly bus: Bus;
  /** whose stations are served now */
  readonly utilities: () => readonly string[];
  readonly clock: Clock;
}

const REMEMBER_MS = 60_000;
const MOST_REMEMBERED = 10_000;
const TIMEOUT_MS = 5_000;

/** The utility knows no such station, or another password. */
class NotAccepted extends Error {
  override readonly name = 'NotAccepted';
}

/**
 * Finds the utility of a station by asking the aaa of each one served, all at once, whether or not the
 * station exists: so an unknown station takes as long as a wrong password.
 */
export class StationDirectory {
  readonly #options: StationDirectoryOptions;
  /** by password digest; only what was accepted, and not for long */
  readonly #remembered = new Map<string, { station: AuthenticatedStation; until: InstantMs }>();

  constructor(options: StationDirectoryOptions) {
    this.#options = options;
  }

  /** The answer of the last minute to the very same id and password; null where there is none. */
  recall(stationId: string, password: string): AuthenticatedStation | null {
    const known = this.#remembered.get(stationPasswordDigest(stationId, password));
    if (known === undefined || known.station.stationId !== stationId) return null;
    return known.until > this.#options.clock.now() ? known.station : null;
  }

  /**
   * Null where no utility accepts id and password.
   * @throws RoamgridError `peer_unreachable` when nobody accepted and somebody did not answer
   */
  async authenticate(stationId: string, password: string): Promise<AuthenticatedStation | null> {
    if (!stationIdSchema.safeParse(stationId).success) return null;
    const passwordDigest = stationPasswordDigest(stationId, password);
    try {
      // whoever accepts is not made to wait for a utility that is silent
      const station = await Promise.any(
        this.#options.utilities().map((utility) => this.#ask(utility, stationId, passwordDigest)),
      );
      this.#remember(passwordDigest, station);
      return station;
    } catch (error) {
      this.#remembered.delete(passwordDigest);
      const { errors } = error as AggregateError;
      if (errors.every((one) => one instanceof NotAccepted)) return null;
      throw new RoamgridError('peer_unreachable', 'the station cannot be looked up now');
    }
  }

  /** @throws NotAccepted, or RoamgridError when there is no answer */
  async #ask(
    utility: string,
    stationId: string,
    passwordDigest: string,
  ): Promise<AuthenticatedStation> {
    const reply = await this.#options.bus.request(
      authenticateStation,
      utility,
      { stationId, passwordDigest },
      { timeoutMs: TIMEOUT_MS },
    );
    if (!reply.accepted) throw new NotAccepted();
    return { stationId, utility };
  }

  #remember(passwordDigest: string, station: AuthenticatedStation): void {
    this.#remembered.delete(passwordDigest);
    this.#remembered.set(passwordDigest, {
      station,
      until: this.#options.clock.now() + REMEMBER_MS,
    });
    const oldest = this.#remembered.keys().next().value;
    if (this.#remembered.size > MOST_REMEMBERED && oldest !== undefined) {
      this.#remembered.delete(oldest);
    }
  }
}
