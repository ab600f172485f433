import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../node_modules');

/** Where the programs of test/agents/package-lock.json are; `scripts/ensure-agents.mjs` puts them there. */
export const AGENTS_BIN = resolve(FOLDER, '.bin');
export const AIMOCK = resolve(FOLDER, '@copilotkit/aimock/dist/index.js');

/** False where the registry could not be reached: the tests are skipped, and `ensure-agents.mjs` has said so. */
export const hasAgents = existsSync(resolve(FOLDER, '.package-lock.json'));
