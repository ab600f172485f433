import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AgentCommand, TurnRequest } from '../../agent-adapter.ts';
import { type JsonObject, objectOrEmpty, parseObject } from '../../reading/json-fields.ts';
import { geminiFolder } from '../native/session-file.ts';

type Asked = Pick<TurnRequest, 'env' | 'folder' | 'isTrusted' | 'privatePath'>;

const MAX_BYTES = 1024 * 1024;
const MAX_FOLDERS = 40;
const SYSTEM_FOLDERS: Partial<Record<NodeJS.Platform, string>> = {
	darwin: '/Library/Application Support/GeminiCli',
	linux: '/etc/gemini-cli',
};

/**
 * Our file to which gemini reports refused requests, and the variables that make it do so; null if the user has telemetry
 * already (these variables would replace it), or if a sandbox would keep gemini from the file. Prompts are left out.
 */
export function telemetryOf(
	turn: Asked,
	platform = process.platform,
): NonNullable<AgentCommand['telemetry']> | null {
	const { privatePath, env } = turn;
	if (privatePath === undefined) return null;
	const isOwn = Object.entries(env).some(([name, value]) => /^GEMINI_TELEMETRY_/.test(name) && value !== '');
	if (isOwn || isOn(env.GEMINI_SANDBOX) || settingsForbid(turn, platform) || envFilesForbid(turn))
		return null;
	const path = `${privatePath}.log`;
	return {
		path,
		env: {
			GEMINI_TELEMETRY_ENABLED: 'true',
			GEMINI_TELEMETRY_TARGET: 'local',
			GEMINI_TELEMETRY_OUTFILE: path,
			GEMINI_TELEMETRY_LOG_PROMPTS: 'false',
		},
	};
}

function settingsForbid({ env, folder, isTrusted }: Asked, platform: NodeJS.Platform): boolean {
	const home = geminiFolder(env);
	const system = SYSTEM_FOLDERS[platform];
	const files = [
		...(home === null ? [] : [join(home, 'settings.json')]),
		...(isTrusted ? [join(folder, '.gemini/settings.json')] : []),
		...(system === undefined ? [] : [join(system, 'settings.json'), join(system, 'system-defaults.json')]),
		...[env.GEMINI_CLI_SYSTEM_SETTINGS_PATH, env.GEMINI_CLI_SYSTEM_DEFAULTS_PATH].flatMap(
			(path) => path || [],
		),
	];
	return files.some((file) => {
		const text = readText(file);
		if (text === null || text === '') return false;
		const settings = parseObject(text);
		// A file with comments can only be searched for words.
		return settings === null
			? /telemetry|sandbox/i.test(text)
			: hasOwnTelemetry(settings) || hasSandbox(settings);
	});
}

function hasOwnTelemetry(settings: JsonObject): boolean {
	const { enabled } = objectOrEmpty(settings.telemetry);
	return enabled !== undefined && enabled !== null && enabled !== false;
}

function hasSandbox(settings: JsonObject): boolean {
	return [objectOrEmpty(settings.tools).sandbox, settings.sandbox].some(
		(sandbox) => sandbox !== undefined && sandbox !== null && sandbox !== false && sandbox !== '',
	);
}

/** gemini reads the first `.env` it finds from where it starts up, else the user's; each is looked at. */
function envFilesForbid({ env, folder: start }: Asked): boolean {
	const folders = [
		...foldersAbove(start),
		...(env.HOME ? [env.HOME] : []),
		...(env.GEMINI_CLI_HOME ? [env.GEMINI_CLI_HOME] : []),
	];
	return folders.some((folder) =>
		['.gemini/.env', '.env'].some((name) =>
			/GEMINI_(?:TELEMETRY_|SANDBOX)/.test(readText(join(folder, name)) ?? ''),
		),
	);
}

function foldersAbove(from: string): string[] {
	const folders: string[] = [];
	for (let folder = from; folders.length < MAX_FOLDERS; folder = dirname(folder)) {
		folders.push(folder);
		if (folder === dirname(folder)) break;
	}
	return folders;
}

/** null when there is no such file; a text that names every setting when it cannot be read. */
function readText(file: string): string | null {
	try {
		const facts = statSync(file, { throwIfNoEntry: false });
		if (facts === undefined || !facts.isFile()) return null;
		return facts.size > MAX_BYTES ? UNREADABLE : readFileSync(file, 'utf8');
	} catch {
		return UNREADABLE;
	}
}

const UNREADABLE = 'telemetry GEMINI_TELEMETRY_';

function isOn(value: string | undefined): boolean {
	return value !== undefined && value !== '' && !/^(?:0|false|no|off)$/i.test(value);
}
