import { REPOSITORY } from './repository.js';
import { tidy } from './tidy-rules.js';

process.exitCode = await tidy(process.argv[2] ?? REPOSITORY, (line) => {
  process.stdout.write(`${line}\n`);
});
