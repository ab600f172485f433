import { join } from 'node:path';
import type { LoginState } from '../agent-adapter.ts';
import { type JsonObject, objectOrEmpty, objectOrNull, textOrNull } from '../reading/json-fields.ts';
import { readLoginJson } from '../reading/login-file.ts';
import { accountOf, withMark } from '../reading/login-mark.ts';

const ADVICE = 'claude auth login';

/** Variables that log claude in, in the order the CLI takes them in `-p`. */
const KEY_VARIABLES = ['ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN'];
/** The CLI then signs in through a cloud's own login, which cannot be seen from here. */
const CLOUD_VARIABLES = ['CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_VERTEX', 'CLAUDE_CODE_USE_FOUNDRY'];
/** Other variables that choose account or provider, */
const ACCOUNT_VARIABLES = [
	'ANTHROPIC_BASE_URL',
	'AWS_PROFILE',
	'AWS_ACCESS_KEY_ID',
	'ANTHROPIC_VERTEX_PROJECT_ID',
];
/** and the files that a cloud's own login writes, below HOME. */
const CLOUD_FILES = [
	'.aws/sso/cache',
	'.aws/credentials',
	'.aws/config',
	'.config/gcloud/application_default_credentials.json',
];

/**
 * Whether claude is logged in, by variables and files alone (`claude auth status` takes 2 s). A file that cannot be read,
 * macOS (where the login is in the keychain) and helpers that fetch a key are `unknown`. Never throws.
 */
export function probeLogin(
	env: Readonly<Record<string, string>>,
	platform: NodeJS.Platform = process.platform,
): LoginState {
	return withMark(
		probe(env, platform),
		loginFiles(env),
		[...KEY_VARIABLES, ...CLOUD_VARIABLES, ...ACCOUNT_VARIABLES].map((name) => env[name]),
	);
}

/** The files that hold the login and its settings; for a cloud, those that its own login writes. */
function loginFiles(env: Readonly<Record<string, string>>): string[] {
	const home = env.HOME;
	const folder = env.CLAUDE_CONFIG_DIR || (home ? join(home, '.claude') : null);
	return [
		...(folder ? ['.credentials.json', 'settings.json'].map((name) => join(folder, name)) : []),
		...(home ? CLOUD_FILES.map((path) => join(home, path)) : []),
	];
}

function probe(env: Readonly<Record<string, string>>, platform: NodeJS.Platform): LoginState {
	const cloud = CLOUD_VARIABLES.find((name) => isOn(env[name]));
	if (cloud !== undefined) return state('unknown', `${cloud} is set`, null);
	const variable = KEY_VARIABLES.find((name) => env[name]);
	if (variable !== undefined) return state('yes', `${variable} is set`, env[variable] ?? null);
	if (!env.HOME && !env.CLAUDE_CONFIG_DIR) return untouched(state('unknown', 'HOME is not set', null));
	return probeFiles(env, platform);
}

function probeFiles(env: Readonly<Record<string, string>>, platform: NodeJS.Platform): LoginState {
	const home = env.HOME ?? '';
	const folder = env.CLAUDE_CONFIG_DIR || join(home, '.claude');
	const profile = env.CLAUDE_CONFIG_DIR ? join(folder, '.claude.json') : join(home, '.claude.json');
	const credentials = readLoginJson(join(folder, '.credentials.json'));
	const account = readLoginJson(profile);
	const settings = readLoginJson(join(folder, 'settings.json'));
	const accountId = textOrNull(objectOrEmpty(objectOrEmpty(account).oauthAccount).accountUuid);
	if (credentials === 'unreadable') return state('unknown', '.credentials.json cannot be read', accountId);
	if (objectOrNull(objectOrEmpty(credentials).claudeAiOauth) !== null)
		return state('yes', '.credentials.json holds a login', accountId);
	const key = textOrNull(objectOrEmpty(account).primaryApiKey);
	if (key) return state('yes', '.claude.json holds an API key', key);
	const fromSettings = settingsLogin(objectOrEmpty(settings));
	if (fromSettings !== null) return state('unknown', fromSettings, accountId);
	if (platform === 'darwin') {
		const hidden = state('unknown', 'the login may be in the keychain', accountId);
		// claude makes this file when it is first started.
		return account === null ? untouched(hidden) : hidden;
	}
	if (account === 'unreadable' || settings === 'unreadable')
		return state('unknown', 'a settings file cannot be read', accountId);
	return state('no', 'no key is set and .credentials.json holds no login', null);
}

/** What in the user's settings may log claude in, or null. */
function settingsLogin(settings: JsonObject): string | null {
	if (textOrNull(settings.apiKeyHelper)) return 'settings.json names an apiKeyHelper';
	const variables = Object.keys(objectOrEmpty(settings.env));
	const known = [...KEY_VARIABLES, ...CLOUD_VARIABLES].find((name) => variables.includes(name));
	return known === undefined ? null : `settings.json sets ${known}`;
}

function isOn(value: string | undefined): boolean {
	return value !== undefined && /^(?:1|true|yes|on)$/i.test(value);
}

const untouched = (known: LoginState): LoginState => ({ ...known, untouched: true });

function state(loggedIn: LoginState['loggedIn'], evidence: string, secret: string | null): LoginState {
	const account = secret === null ? 'default' : accountOf(secret);
	return { loggedIn, evidence, account, advice: ADVICE };
}
