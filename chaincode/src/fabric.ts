import { restoreProcessListeners } from './process-listeners.js';
import { Contract } from 'fabric-contract-api';

restoreProcessListeners();

export { Contract };
export type { Context } from 'fabric-contract-api';
