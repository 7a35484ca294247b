import { RoamgridError } from '@roamgrid/kernel';
import { hasCredentialsInQuery, readBasicCredentials } from './basic-credentials.js';
import type { PasswordGuard } from './password-guard.js';
import type { AuthenticatedStation, StationDirectory } from './station-directory.js';

/** What a request shows of who sends it. */
export interface Knock {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly address: string;
}

/** The one door of stations, for HTTP requests and for sockets. */
export class StationGate {
  readonly #directory: StationDirectory;
  readonly #guard: PasswordGuard;

  constructor(directory: StationDirectory, guard: PasswordGuard) {
    this.#directory = directory;
    this.#guard = guard;
  }

  /** An HTTP request; what was right a moment ago is not asked again. */
  async request(knock: Knock): Promise<AuthenticatedStation> {
    const credentials = this.#credentials(knock);
    const known = this.#directory.recall(credentials.user, credentials.password);
    return known ?? this.#check(credentials.user, credentials.password, knock.address);
  }

  /** A socket, whose path names the station; always asked anew. */
  async socket(knock: Knock, stationId: string): Promise<AuthenticatedStation> {
    const credentials = this.#credentials(knock);
    // the answer to a wrong name costs the same as the answer to a wrong password
    const password = credentials.user === stationId ? credentials.password : '';
    return this.#check(stationId, password, knock.address);
  }

  #credentials(knock: Knock): { user: string; password: string } {
    if (hasCredentialsInQuery(knock.url)) {
      throw new RoamgridError('malformed_request', 'credentials do not belong in a URL');
    }
    const credentials = readBasicCredentials(knock.authorization);
    if (credentials === null) throw refused();
    return credentials;
  }

  async #check(
    stationId: string,
    password: string,
    address: string,
  ): Promise<AuthenticatedStation> {
    this.#guard.assertMayTry(stationId, address);
    const station = await this.#directory.authenticate(stationId, password);
    if (station !== null) return station;
    this.#guard.noteFailure(stationId, address);
    throw refused();
  }
}

/** One answer for no credentials, wrong ones, and a station that nobody knows. */
function refused(): RoamgridError {
  return new RoamgridError('unauthorized', 'the station did not identify itself');
}
