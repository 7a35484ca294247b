/**
 * What every service stands on: configuration, keys and signatures, registry, logs, metrics, problem details.
 */
export { issueWords } from './issue-words.js';
export { textOfBody } from './body-text.js';
export { systemClock, type Clock } from './clock.js';
export {
  commonConfiguration,
  ConfigurationError,
  connectionFileOf,
  ledgerChoice,
  outwardConfiguration,
  probeConfiguration,
  readConfiguration,
  utilityServiceConfiguration,
  type OutwardConfiguration,
} from './config.js';
export { equalDigests, keyedHash, sha256, sha256Hex, stationPasswordDigest } from './hashing.js';
export { systemIds, type IdSource } from './ids.js';
export { openKeyFile, openSecretFile, type KeyFile } from './key-files.js';
export { listenHttp, type ListeningServer } from './listen-http.js';
export { createLog, nestLogger, type Log } from './log.js';
export { Metrics } from './metrics.js';
export { decryptPin, encryptPin } from './pin-cipher.js';
export { keyFolderOf, openService, type OpenServiceOptions } from './open-service.js';
export {
  assertPlainBody,
  ProblemFilter,
  problemOf,
  toRoamgridError,
  type Problem,
} from './problem.js';
export { healthPart, startProbe, type HealthPart, type ProbeOptions } from './probe.js';
export { Registry } from './registry.js';
export { consortiumKeysPath, loadRegistry, readRegistry, registryPath } from './registry-file.js';
export { READY_WORD, runProgram, type ProgramHost, type RunningProgram } from './run-program.js';
export { runService, type RunningService } from './run-service.js';
export {
  createServiceContext,
  type ServiceContext,
  type ServiceContextParts,
} from './service-context.js';
export { serviceHealth } from './service-health.js';
export { serviceMain, type ServiceMainOptions } from './service-main.js';
export { Seal } from './seal.js';
export { createSigner, type Signer } from './signer.js';
export { Verifier, type SigningService } from './verifier.js';
export { resolveUtcOffsets, timeZoneVersion, type ResolvedUtcOffset } from './utc-offsets.js';
export { watchProcess } from './watch-process.js';
export { withMetrics } from './with-metrics.js';
export * from './verify-meter-signature.js';
