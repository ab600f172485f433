/** Whether codex has a login, from its own files and the environment. codex is not started, and no login is validated. */
import { join } from 'node:path';
import type { LoginState } from '../agent-adapter.ts';
import { type JsonObject, objectOrEmpty, parseObject, textOrNull } from '../reading/json-fields.ts';
import { readLoginText } from '../reading/login-file.ts';
import { accountOf, withMark } from '../reading/login-mark.ts';
import { codexHome } from './native/rollout-file.ts';

const ADVICE = 'codex login';

type Env = Readonly<Record<string, string>>;

/** The provider that the user's config.toml chooses, found by text search. */
interface Provider {
	name: string;
	/** The variable its key comes from, null when the section names none. */
	envKey: string | null;
	usesOpenaiLogin: boolean;
	isBuiltIn: boolean;
}

/** Never throws: what cannot be read is `unknown`. */
export function probeCodexLogin(env: Env): LoginState {
	const home = codexHome(env);
	const files = home === null ? [] : ['auth.json', 'config.toml'].map((name) => join(home, name));
	return withMark(probe(env), files, [env.CODEX_API_KEY, env.OPENAI_API_KEY, env.OPENAI_BASE_URL]);
}

function probe(env: Env): LoginState {
	if (env.CODEX_API_KEY === undefined && codexHome(env) === null) {
		return { ...state('unknown', 'HOME is not set'), untouched: true };
	}
	const home = codexHome(env) ?? '';
	const config = readLoginText(join(home, 'config.toml'));
	if (config === 'unreadable') return state('unknown', 'config.toml cannot be read');
	const provider = chosenProvider(config ?? '');
	if (provider === null) return state('unknown', 'config.toml chooses its provider in a profile');
	if (provider.envKey !== null) return stateOfKey(env, provider.envKey, provider.name);
	if (!provider.isBuiltIn && !provider.usesOpenaiLogin)
		return state('unknown', `the provider ${provider.name} names no key`);
	if (env.CODEX_API_KEY) return stateOfKey(env, 'CODEX_API_KEY', provider.name);
	const auth = readLoginText(join(home, 'auth.json'));
	if (auth === 'unreadable') return state('unknown', 'auth.json cannot be read');
	return auth === null ? stateWithoutFile(env, config ?? '') : stateOfAuthFile(parseObject(auth));
}

function stateOfKey(env: Env, variable: string, provider: string): LoginState {
	const key = env[variable];
	if (!key) return state('no', `${variable} is not set (the provider ${provider} needs it)`);
	return { ...state('yes', `${variable} is set`), account: accountOf(key) };
}

/** Measured with 0.169.0: `OPENAI_API_KEY` alone is not sent; another version may. A keyring is not read. */
function stateWithoutFile(env: Env, config: string): LoginState {
	const variable = ['OPENAI_API_KEY', 'CODEX_ACCESS_TOKEN'].find((name) => env[name]);
	if (variable !== undefined) return state('unknown', `no auth.json, but ${variable} is set`);
	const store = TOP_LEVEL_STRING('cli_auth_credentials_store').exec(config)?.[1] ?? 'file';
	if (store !== 'file') return state('unknown', `no auth.json (logins are kept in: ${store})`);
	return state('no', 'no auth.json and CODEX_API_KEY is not set');
}

function stateOfAuthFile(auth: JsonObject | null): LoginState {
	if (auth === null) return state('unknown', 'auth.json is not readable JSON');
	const tokens = objectOrEmpty(auth.tokens);
	const identity =
		textOrNull(tokens.account_id) ?? textOrNull(auth.OPENAI_API_KEY) ?? textOrNull(tokens.refresh_token);
	if (!identity) return state('unknown', 'auth.json names no key and no account');
	return { ...state('yes', 'auth.json holds a login'), account: accountOf(identity) };
}

function state(loggedIn: LoginState['loggedIn'], evidence: string): LoginState {
	return { loggedIn, evidence, account: 'default', advice: ADVICE };
}

const TOP_LEVEL_STRING = (key: string) => new RegExp(`^\\s*${key}\\s*=\\s*["']([^"'\\n]*)["']`, 'm');

/** Reads `model_provider` and its section by text search; null when a profile may choose another. */
function chosenProvider(config: string): Provider | null {
	const [top = ''] = config.split(/^\s*\[/m, 1);
	if (/^\s*profile\s*=/m.test(top)) return null;
	const name = TOP_LEVEL_STRING('model_provider').exec(top)?.[1] ?? 'openai';
	const section = sectionOf(config, name);
	return {
		name,
		envKey: TOP_LEVEL_STRING('env_key').exec(section)?.[1] ?? null,
		usesOpenaiLogin: /^\s*requires_openai_auth\s*=\s*true\b/m.test(section),
		isBuiltIn: name === 'openai',
	};
}

function sectionOf(config: string, provider: string): string {
	const name = provider.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
	const header = new RegExp(`^\\s*\\[model_providers\\.(?:${name}|"${name}"|'${name}')\\][^\\n]*\\n`, 'm');
	const match = header.exec(config);
	if (!match) return '';
	const [section = ''] = config.slice(match.index + match[0].length).split(/^\s*\[/m, 1);
	return section;
}
