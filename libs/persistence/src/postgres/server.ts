/** A PostgreSQL server in which databases may be created. */
export interface PostgresServer {
  /** the administrator's URL; holds a password, never log it */
  readonly url: string;
  /** of its process; null where that is not ours, or down at the moment */
  readonly pid: number | null;
  /** Stops the server where it is ours; leaves a given or shared one alone. */
  stop(): Promise<void>;
}

/** Who is told of a server that is started again whenever it ends. */
export interface KeepRunning {
  /** its process is another now, or it has none */
  readonly onChange: () => void;
  /** one line for people */
  readonly tell: (line: string) => void;
}

export interface EmbeddedPostgresOptions {
  /** the program's data folder; the cluster lies in it, or is named in its `postgres.json` */
  readonly dataDir: string;
  /** false only for tests: commits no longer survive a power cut */
  readonly durable: boolean;
  readonly log: (line: string) => void;
  /** what a start waits for, one line for people */
  readonly tell?: (line: string) => void;
  /** on 127.0.0.1; a free one (the last one, if it is still free) by default */
  readonly port?: number;
  /** 300 by default */
  readonly maxConnections?: number;
  /** present where the server is to be started again whenever it ends */
  readonly keepRunning?: KeepRunning;
}
