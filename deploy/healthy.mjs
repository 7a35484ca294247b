/** Status 0 when the program in this container is ready: at its probe, else at its public port. */
const port = process.env.PROBE_PORT || process.env.PORT || '8080';
const url = `http://127.0.0.1:${port}${process.env.HEALTH_PATH || '/health/ready'}`;
const answer = await fetch(url).catch(() => null);
process.exitCode = answer?.status === 200 ? 0 : 1;
