import { join } from 'node:path';
import type { LoginState } from '../agent-adapter.ts';
import { type JsonObject, objectOrEmpty, parseObject, textOrNull } from '../reading/json-fields.ts';
import { readLoginText } from '../reading/login-file.ts';
import { accountOf, withMark } from '../reading/login-mark.ts';
import { copilotHome } from './native/copilot-home.ts';

const ADVICE = 'copilot login';

type Env = Readonly<Record<string, string>>;

/** In the order in which the CLI takes them. */
const TOKENS = ['COPILOT_GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_TOKEN'];
/** A provider of one's own, which needs no login at GitHub. */
const PROVIDER = ['COPILOT_PROVIDER_BASE_URL', 'COPILOT_PROVIDER_API_KEY', 'COPILOT_PROVIDER_BEARER_TOKEN'];

/**
 * Whether Copilot has a login, by variables and files alone; it has no command that says so. `GH_TOKEN` and `GITHUB_TOKEN` may
 * be meant for something else, and a login of `gh` or of the system's credential store cannot be looked into, so these are
 * `unknown`. Never throws.
 */
export function probeCopilotLogin(env: Env, platform: NodeJS.Platform = process.platform): LoginState {
	const home = copilotHome(env);
	return withMark(
		probe(env, platform),
		[...(home === null ? [] : [join(home, 'config.json')]), ...ghFiles(env)],
		[...TOKENS, ...PROVIDER, 'COPILOT_API_URL', 'GH_HOST'].map((name) => env[name]),
	);
}

function probe(env: Env, platform: NodeJS.Platform): LoginState {
	const classic = TOKENS.find((name) => env[name]?.startsWith('ghp_'));
	// 1.0.102 does not start with one in any of the three, whatever else is set.
	if (classic !== undefined)
		return {
			...state('no', `${classic} holds a classic token (ghp_), with which it does not start`),
			advice: `unset ${classic}`,
		};
	const provider = env.COPILOT_PROVIDER_BASE_URL;
	if (provider) {
		const identity = [provider, ...PROVIDER.slice(1).map((name) => env[name] ?? '')].join('\n');
		return state('yes', 'COPILOT_PROVIDER_BASE_URL is set', identity);
	}
	if (env.COPILOT_GITHUB_TOKEN) return state('yes', 'COPILOT_GITHUB_TOKEN is set', env.COPILOT_GITHUB_TOKEN);
	return probeFiles(env, platform);
}

function probeFiles(env: Env, platform: NodeJS.Platform): LoginState {
	const home = copilotHome(env);
	const text = home === null ? null : readLoginText(join(home, 'config.json'));
	const isUntouched = text === null;
	const unknown = (evidence: string, secret?: string): LoginState => ({
		...state('unknown', evidence, secret),
		...(isUntouched ? { untouched: true } : {}),
	});
	if (text === 'unreadable') return unknown('config.json cannot be read');
	const user = userIn(text ?? '');
	if (user !== null) return state('yes', 'config.json names a login', user);
	const token = TOKENS.find((name) => env[name]);
	if (token !== undefined) return unknown(`${token} is set, for Copilot or for something else`, env[token]);
	if (ghFiles(env).some((path) => readLoginText(path) !== null))
		return unknown('gh has a login, which Copilot may use');
	if (platform === 'darwin') return unknown('the login may be in the keychain');
	return state('no', 'no token is set, and neither config.json nor gh names a login');
}

/** The GitHub CLI's own login. */
function ghFiles(env: Env): string[] {
	const config = env.XDG_CONFIG_HOME || (env.HOME && join(env.HOME, '.config'));
	const folder = env.GH_CONFIG_DIR || (config ? join(config, 'gh') : '');
	return folder ? [join(folder, 'hosts.yml')] : [];
}

/** Who is logged in by `config.json`, which has comment lines; null for nobody. */
function userIn(text: string): string | null {
	const config = objectOrEmpty(parseObject(text.replace(/^\s*\/\/.*$/gm, '')));
	const last = [config.lastLoggedInUser, config.last_logged_in_user]
		.map(identityOf)
		.find((user) => user !== null);
	if (last) return last;
	const lists = [config.loggedInUsers, config.logged_in_users];
	const users = lists.flatMap((list) => (Array.isArray(list) ? list : [])).map(identityOf);
	const tokens = [config.copilotTokens, config.copilot_tokens].flatMap((map) =>
		Object.keys(objectOrEmpty(map)),
	);
	return users.find((user) => user !== null) ?? tokens[0] ?? null;
}

function identityOf(value: unknown): string | null {
	const { host, login }: JsonObject = objectOrEmpty(value);
	const name = textOrNull(login);
	return name === null || name === '' ? null : `${textOrNull(host) ?? ''} ${name}`;
}

function state(loggedIn: LoginState['loggedIn'], evidence: string, secret?: string): LoginState {
	const account = secret === undefined ? 'default' : accountOf(secret);
	return { loggedIn, evidence, account, advice: ADVICE };
}
