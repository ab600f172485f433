import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { LoginState } from '../agent-adapter.ts';
import { type JsonObject, objectOrEmpty, textOrNull } from '../reading/json-fields.ts';
import { readLoginJson } from '../reading/login-file.ts';
import { accountOf, withMark } from '../reading/login-mark.ts';
import { geminiFolder } from './native/session-file.ts';

/** gemini has no login command: its first screen asks. */
const ADVICE = 'gemini';

type Env = Readonly<Record<string, string>>;

/**
 * Whether gemini can sign in, by variables and files alone (starting it takes 2 s). A chosen method that cannot be seen
 * from here (a cloud's own login, a keychain, a `.env` file) is `unknown`. Never throws.
 */
export function probeGeminiLogin(env: Env): LoginState {
	const folder = geminiFolder(env);
	const files =
		folder === null
			? []
			: ['settings.json', 'oauth_creds.json', 'google_accounts.json', '.env'].map((name) =>
					join(folder, name),
				);
	return withMark(probe(env), files, [env.GEMINI_API_KEY, env.GOOGLE_API_KEY, env.GOOGLE_CLOUD_PROJECT]);
}

function probe(env: Env): LoginState {
	const folder = geminiFolder(env);
	if (folder === null)
		return env.GEMINI_API_KEY
			? withKey('GEMINI_API_KEY', env)
			: { ...state('unknown', 'HOME is not set'), untouched: true };
	const settings = readLoginJson(join(folder, 'settings.json'));
	const oauth = readLoginJson(join(folder, 'oauth_creds.json'));
	const dotEnv = isFile(join(folder, '.env'));
	if (settings === 'unreadable') return state('unknown', 'settings.json cannot be read');
	const method = chosenMethod(objectOrEmpty(settings), env);
	if (method === 'gemini-api-key') return keyState(env, dotEnv);
	if (method === 'oauth-personal') return oauthState(oauth);
	if (method !== null)
		return state('unknown', `settings.json chooses the login ${JSON.stringify(method.slice(0, 40))}`);
	if (env.GOOGLE_API_KEY || dotEnv)
		return state('unknown', dotEnv ? 'a .env file may hold a key' : 'GOOGLE_API_KEY is set');
	return state('no', 'no login is chosen in settings.json and GEMINI_API_KEY is not set');
}

/** As 0.61.0 chooses without a terminal: the settings' own choice, else by the variables. */
function chosenMethod(settings: JsonObject, env: Env): string | null {
	const auth = objectOrEmpty(objectOrEmpty(settings.security).auth);
	const chosen = textOrNull(auth.selectedType) ?? textOrNull(settings.selectedAuthType);
	if (chosen) return chosen;
	if (env.GOOGLE_GENAI_USE_GCA === 'true') return 'oauth-personal';
	if (env.GOOGLE_GENAI_USE_VERTEXAI === 'true') return 'vertex-ai';
	return env.GEMINI_API_KEY ? 'gemini-api-key' : null;
}

function keyState(env: Env, dotEnv: boolean): LoginState {
	if (env.GEMINI_API_KEY) return withKey('GEMINI_API_KEY', env);
	if (dotEnv) return state('unknown', 'a .env file may hold the key');
	return state('unknown', 'an API key is chosen and GEMINI_API_KEY is not set (it may be in the keychain)');
}

function oauthState(oauth: JsonObject | 'unreadable' | null): LoginState {
	if (oauth === 'unreadable') return state('unknown', 'oauth_creds.json cannot be read');
	const token = textOrNull(objectOrEmpty(oauth).refresh_token);
	if (token) return { ...state('yes', 'oauth_creds.json holds a login'), account: accountOf(token) };
	return state(
		'unknown',
		'Google login is chosen and oauth_creds.json holds none (it may be in the keychain)',
	);
}

function withKey(variable: string, env: Env): LoginState {
	return { ...state('yes', `${variable} is set`), account: accountOf(env[variable] ?? '') };
}

function state(loggedIn: LoginState['loggedIn'], evidence: string): LoginState {
	return { loggedIn, evidence, account: 'default', advice: ADVICE };
}

function isFile(path: string): boolean {
	try {
		return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
	} catch {
		return false;
	}
}
