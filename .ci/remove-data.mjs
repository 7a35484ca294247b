// The data folder of a gateway that has ended, with its database where that lies elsewhere.
import { removeDataDir } from '@roamgrid/persistence';

await removeDataDir(process.argv[2]);
