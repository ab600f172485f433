import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '../../core/errors.ts';
import type { LoginState } from '../contract.ts';
import { type JsonObject, objectOrEmpty, parseObject, textOrNull } from '../json-fields.ts';
import { withMark } from '../login-mark.ts';

const ADVICE = 'opencode auth login';
const MAX_FILE_BYTES = 1024 * 1024;

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
 * provider that nobody chose (1.18.33 without any set-up asks opencode.ai; with a key of another it asks that one). Never throws.
 */
export async function probeOpencodeLogin(env: Env): Promise<LoginState> {
	const folder = dataFolder(env);
	const config = env.XDG_CONFIG_HOME ?? (env.HOME ? join(env.HOME, '.config') : null);
	const files = [
		...(folder === null ? [] : [join(folder, 'auth.json')]),
		...(config === null
			? []
			: ['opencode.json', 'opencode.jsonc'].map((name) => join(config, 'opencode', name))),
	];
	return withMark(
		await probe(env),
		files,
		KEY_VARIABLES.map((name) => env[name]),
	);
}

async function probe(env: Env): Promise<LoginState> {
	if (env.OPENCODE_AUTH_CONTENT)
		return state('yes', 'OPENCODE_AUTH_CONTENT is set', env.OPENCODE_AUTH_CONTENT);
	const folder = dataFolder(env);
	const auth = folder === null ? null : await readJson(join(folder, 'auth.json'));
	if (auth === 'unreadable') return state('unknown', 'auth.json cannot be read', null);
	const logins = Object.entries(objectOrEmpty(auth)).filter(
		([, login]) => Object.keys(objectOrEmpty(login)).length > 0,
	);
	if (logins.length > 0)
		return state('yes', 'auth.json holds a login', logins.map(identity).sort().join('\n'));
	const variable = KEY_VARIABLES.find((name) => env[name]);
	if (variable !== undefined) return state('yes', `${variable} is set`, env[variable] ?? null);
	const setUp = await setUpBy(env);
	if (setUp !== null) return state('unknown', `no login in auth.json, but ${setUp}`, null);
	const free = 'no login in auth.json and no model chosen; free models need neither';
	return { ...state('unknown', free, null), untouched: true };
}

/** Where the user chose a model or a provider for opencode, in words; null: nowhere that is seen. */
async function setUpBy(env: Env): Promise<string | null> {
	const variable = ['OPENCODE_CONFIG', 'OPENCODE_CONFIG_CONTENT'].find((name) => env[name]);
	if (variable !== undefined) return `${variable} is set`;
	const config = env.XDG_CONFIG_HOME || (env.HOME && join(env.HOME, '.config'));
	const state = env.XDG_STATE_HOME || (env.HOME && join(env.HOME, '.local', 'state'));
	const [settings, models] = await Promise.all([
		config ? firstSettings(join(config, 'opencode')) : null,
		state ? readJson(join(state, 'opencode', 'model.json')) : null,
	]);
	if (settings !== null) return `${settings} names a model or a provider`;
	const { recent, favorite } = objectOrEmpty(models === 'unreadable' ? null : models);
	const isChosen = [recent, favorite].some((list) => Array.isArray(list) && list.length > 0);
	return isChosen ? 'a model was chosen in it' : null;
}

/** JSON with comments: only whether a key is there is looked for. */
const CHOOSES = /"(?:model|small_model|provider|enabled_providers)"\s*:/;

async function firstSettings(folder: string): Promise<string | null> {
	const names = ['opencode.jsonc', 'opencode.json', 'config.json'];
	const texts = await Promise.all(names.map((name) => readSmall(join(folder, name))));
	return names.find((_, at) => CHOOSES.test(texts[at] ?? '')) ?? null;
}

async function readSmall(path: string): Promise<string | null> {
	try {
		return (await stat(path)).size > MAX_FILE_BYTES ? null : await readFile(path, 'utf8');
	} catch {
		return null;
	}
}

function dataFolder(env: Env): string | null {
	if (env.XDG_DATA_HOME) return join(env.XDG_DATA_HOME, 'opencode');
	return env.HOME ? join(env.HOME, '.local', 'share', 'opencode') : null;
}

/** What stays the same while tokens are renewed. */
function identity([provider, login]: [string, unknown]): string {
	const { key, accountId } = objectOrEmpty(login);
	return `${provider} ${textOrNull(key) ?? textOrNull(accountId) ?? ''}`;
}

async function readJson(path: string): Promise<JsonObject | 'unreadable' | null> {
	try {
		if ((await stat(path)).size > MAX_FILE_BYTES) return 'unreadable';
		return parseObject(await readFile(path, 'utf8')) ?? 'unreadable';
	} catch (error) {
		return hasErrno(error, 'ENOENT', 'ENOTDIR') ? null : 'unreadable';
	}
}

function state(loggedIn: LoginState['loggedIn'], evidence: string, secret: string | null): LoginState {
	const account =
		secret === null ? 'default' : createHash('sha256').update(secret).digest('hex').slice(0, 16);
	return { loggedIn, evidence, account, advice: ADVICE };
}
