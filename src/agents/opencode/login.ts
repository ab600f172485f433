import { join } from 'node:path';
import type { LoginState } from '../agent-adapter.ts';
import { objectOrEmpty, textOrNull } from '../reading/json-fields.ts';
import { readLoginJson, readLoginText } from '../reading/login-file.ts';
import { accountOf, withMark } from '../reading/login-mark.ts';

const ADVICE = 'opencode auth login';

type Env = Readonly<Record<string, string>>;

/** Variables of common providers; opencode knows a hundred, so their absence says nothing. */
const KEY_VARIABLES = [
	'OPENCODE_API_KEY',
	'ANTHROPIC_API_KEY',
	'OPENAI_API_KEY',
	'OPENROUTER_API_KEY',
	'GEMINI_API_KEY',
	'GOOGLE_GENERATIVE_AI_API_KEY',
];

/**
 * Whether opencode has a login of any provider, by variables and files alone (`opencode auth list` takes 1.5 s). Without
 * one it still has free models and providers from its configuration, so the answer is never `no`; but free models are a
 * provider that nobody chose (1.18.33 without any setup asks opencode.ai; with another provider's key it asks that one).
 * Never throws.
 */
export function probeOpencodeLogin(env: Env): LoginState {
	const folder = dataFolder(env);
	const config = env.XDG_CONFIG_HOME ?? (env.HOME ? join(env.HOME, '.config') : null);
	const files = [
		...(folder === null ? [] : [join(folder, 'auth.json')]),
		...(config === null
			? []
			: ['opencode.json', 'opencode.jsonc'].map((name) => join(config, 'opencode', name))),
	];
	return withMark(
		probe(env),
		files,
		KEY_VARIABLES.map((name) => env[name]),
	);
}

function probe(env: Env): LoginState {
	if (env.OPENCODE_AUTH_CONTENT)
		return state('yes', 'OPENCODE_AUTH_CONTENT is set', env.OPENCODE_AUTH_CONTENT);
	const folder = dataFolder(env);
	const auth = folder === null ? null : readLoginJson(join(folder, 'auth.json'));
	if (auth === 'unreadable') return state('unknown', 'auth.json cannot be read', null);
	const logins = Object.entries(objectOrEmpty(auth)).filter(
		([, login]) => Object.keys(objectOrEmpty(login)).length > 0,
	);
	if (logins.length > 0)
		return state('yes', 'auth.json holds a login', logins.map(identity).sort().join('\n'));
	const variable = KEY_VARIABLES.find((name) => env[name]);
	if (variable !== undefined) return state('yes', `${variable} is set`, env[variable] ?? null);
	const setUp = setUpBy(env);
	if (setUp !== null) return state('unknown', `no login in auth.json, but ${setUp}`, null);
	const free = 'no login in auth.json and no model chosen; free models need neither';
	return { ...state('unknown', free, null), untouched: true };
}

/** Where the user chose a model or a provider for opencode, in words; null if nowhere visible. */
function setUpBy(env: Env): string | null {
	const variable = ['OPENCODE_CONFIG', 'OPENCODE_CONFIG_CONTENT'].find((name) => env[name]);
	if (variable !== undefined) return `${variable} is set`;
	const config = env.XDG_CONFIG_HOME || (env.HOME && join(env.HOME, '.config'));
	const state = env.XDG_STATE_HOME || (env.HOME && join(env.HOME, '.local', 'state'));
	const settings = config ? firstSettings(join(config, 'opencode')) : null;
	if (settings !== null) return `${settings} names a model or a provider`;
	const models = state ? readLoginJson(join(state, 'opencode', 'model.json')) : null;
	const { recent, favorite } = objectOrEmpty(models === 'unreadable' ? null : models);
	const isChosen = [recent, favorite].some((list) => Array.isArray(list) && list.length > 0);
	return isChosen ? 'a model was chosen in it' : null;
}

/** JSON with comments: it is only searched for a key. */
const CHOOSES = /"(?:model|small_model|provider|enabled_providers)"\s*:/;

function firstSettings(folder: string): string | null {
	const names = ['opencode.jsonc', 'opencode.json', 'config.json'];
	return names.find((name) => CHOOSES.test(readLoginText(join(folder, name)) ?? '')) ?? null;
}

function dataFolder(env: Env): string | null {
	if (env.XDG_DATA_HOME) return join(env.XDG_DATA_HOME, 'opencode');
	return env.HOME ? join(env.HOME, '.local', 'share', 'opencode') : null;
}

/** The part of a login that stays the same while tokens are renewed. */
function identity([provider, login]: [string, unknown]): string {
	const { key, accountId } = objectOrEmpty(login);
	return `${provider} ${textOrNull(key) ?? textOrNull(accountId) ?? ''}`;
}

function state(loggedIn: LoginState['loggedIn'], evidence: string, secret: string | null): LoginState {
	const account = secret === null ? 'default' : accountOf(secret);
	return { loggedIn, evidence, account, advice: ADVICE };
}
