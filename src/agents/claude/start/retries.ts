import { join } from 'node:path';
import { readRegularText } from '../../../core/files/read-file.ts';
import type { TurnRequest } from '../../agent-adapter.ts';
import { foldersUp } from '../../folders-up.ts';
import { objectOrEmpty, parseObject, textOrNull } from '../../reading/json-fields.ts';

/** Variables that make claude ask a cloud's models, or a gateway's, instead of Anthropic's own service. */
const CLOUD_VARIABLES = ['CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_VERTEX', 'CLAUDE_CODE_USE_FOUNDRY'];
const OWN_HOST = /(?:^|\.)(?:anthropic|claude)\.(?:com|ai)$/;

/** claude's waits between tries: 0.5 s doubling, each with up to a quarter on top (measured, with and without `retry-after: 1`). */
const FIRST_WAIT_MS = 500;
const JITTER = 1.25;
/** claude's own number. */
const OWN_RETRIES = 10;
const MAX_SETTINGS_BYTES = 1024 * 1024;

type Retrying = Pick<TurnRequest, 'env' | 'folder' | 'worktree' | 'isTrusted' | 'patienceMs'>;

/**
 * `CLAUDE_CODE_MAX_RETRIES` for this turn, or nothing. Another provider refuses an empty balance with the same 429 as too
 * many requests, and claude prints the provider's words only when it gives up, after three minutes. With as many tries as
 * fit into the patience it prints them before the relay would stop it anyway. Anthropic's own service does not need this:
 * the words come at once, and ten tries outlast a network that is down for a minute. A number that the user set stays; one
 * in claude's settings wins over the variable by itself (measured).
 */
export function retryVariables(turn: Retrying): Record<string, string> {
	const { patienceMs } = turn;
	if (patienceMs === undefined || turn.env.CLAUDE_CODE_MAX_RETRIES) return {};
	const retries = retriesWithin(patienceMs);
	if (retries >= OWN_RETRIES || !asksAnotherProvider(turn)) return {};
	return { CLAUDE_CODE_MAX_RETRIES: String(retries) };
}

/**
 * The most tries whose longest waits together are within `ms`; at least one.
 * @internal For tests: its table is tried without a turn.
 */
export function retriesWithin(ms: number): number {
	const tries = Math.floor(Math.log2(ms / (FIRST_WAIT_MS * JITTER) + 1));
	return Math.min(OWN_RETRIES, Math.max(1, tries));
}

function asksAnotherProvider(turn: Retrying): boolean {
	return [turn.env, ...settingsOf(turn)].some(
		(env) => CLOUD_VARIABLES.some((name) => isOn(env[name])) || isForeign(textOrNull(env.ANTHROPIC_BASE_URL)),
	);
}

/** The `env` of the settings files that claude obeys in this turn; what cannot be read says nothing. */
function settingsOf(turn: Retrying): Readonly<Record<string, unknown>>[] {
	const { env, isTrusted } = turn;
	const home = env.CLAUDE_CONFIG_DIR || (env.HOME ? join(env.HOME, '.claude') : null);
	const files = [
		...(home ? [join(home, 'settings.json')] : []),
		...(isTrusted ? foldersUp(turn) : []).flatMap((folder) =>
			['settings.json', 'settings.local.json'].map((name) => join(folder, '.claude', name)),
		),
	];
	return files.map((file) => objectOrEmpty(objectOrEmpty(readSettings(file)).env));
}

function readSettings(file: string): unknown {
	return parseObject(readRegularText(file, MAX_SETTINGS_BYTES) ?? '');
}

function isForeign(baseUrl: string | null): boolean {
	if (!baseUrl) return false;
	return !URL.canParse(baseUrl) || !OWN_HOST.test(new URL(baseUrl).hostname);
}

function isOn(value: unknown): boolean {
	return typeof value === 'string' && /^(?:1|true|yes|on)$/i.test(value);
}
