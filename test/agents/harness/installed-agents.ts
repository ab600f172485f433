import { existsSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../node_modules');

/** Where the programs of test/agents/package-lock.json are; `scripts/ensure-agents.mjs` puts them there. */
export const AGENTS_BIN = resolve(FOLDER, '.bin');
export const AIMOCK = resolve(FOLDER, '@copilotkit/aimock/dist/index.js');

/** Where Copilot CLI unpacks itself, once for all tests. */
export const COPILOT_PACKAGES = resolve(FOLDER, '.cache/copilot');

/** `AGENT_RELAY_TEST_AGENTS`: folders with other versions of the CLIs, which win over the installed ones. */
const OTHER_VERSIONS = process.env.AGENT_RELAY_TEST_AGENTS?.split(delimiter).filter(Boolean) ?? [];

/** The folders in which a scene finds the CLIs, as a part of PATH. */
export const AGENTS_PATH = [...OTHER_VERSIONS, AGENTS_BIN].join(delimiter);

/** False where the registry could not be reached: the tests are skipped, and `ensure-agents.mjs` has said so. */
export const hasAgents = existsSync(resolve(FOLDER, '.package-lock.json'));
