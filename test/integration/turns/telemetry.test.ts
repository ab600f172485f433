import {
	appendFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { telemetryOf } from '../../../src/agents/gemini/start/telemetry-settings.ts';
import { createProcessTable } from '../../../src/core/processes/create-process-table.ts';
import { privatePath, removeStrayPrivateFiles } from '../../../src/turns/process/private-files.ts';
import { TelemetryFile } from '../../../src/turns/record/telemetry-file.ts';
import { EngineBench } from '../../helpers/engine-bench.ts';
import { until } from '../../helpers/patience.ts';

const processes = createProcessTable();
let root = '';
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'relay-telemetry-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('a telemetry file', () => {
	const folder = () => join(root, 'telemetry');
	const open = () => {
		const read: string[] = [];
		const path = `${privatePath(folder(), 'S-1', processes)}.log`;
		return { read, path, file: new TelemetryFile(path, (chunk) => read.push(chunk.toString())) };
	};

	it('is private, loses its name when the agent has written, and is read through it', () => {
		const { read, path, file } = open();
		expect(statSync(path).mode & 0o777).toBe(0o600);
		expect(statSync(folder()).mode & 0o777).toBe(0o700);
		file.read();
		expect(existsSync(path)).toBe(true);
		appendFileSync(path, 'one');
		file.read();
		expect({ read, isThere: existsSync(path) }).toEqual({ read: ['one'], isThere: false });
		file.close();
		file.close();
		file.read();
		expect(read).toEqual(['one']);
	});

	it('that nobody wrote to is gone at the end, as is one that was made again under its name', () => {
		const unused = open();
		unused.file.close();
		const { path, file } = open();
		appendFileSync(path, 'one');
		file.read();
		writeFileSync(path, 'by a nested agent');
		file.close();
		expect(readdirSync(folder())).toEqual([]);
	});

	it('never follows a link that waits under its name', () => {
		const path = `${privatePath(folder(), 'S-1', processes)}.log`;
		mkdirSync(dirname(path), { recursive: true });
		symlinkSync(join(root, 'elsewhere'), path);
		expect(() => new TelemetryFile(path, () => undefined)).toThrow(/EEXIST/);
	});

	it('left by a relay that is gone is removed; one of a living relay stays, and so does what no relay named', () => {
		const { path, file } = open();
		for (const name of ['1-0-S-1.log', '999999999-5-S-1.log', 'anything'])
			writeFileSync(join(folder(), name), 'left');
		removeStrayPrivateFiles(folder(), processes);
		expect(readdirSync(folder()).sort()).toEqual([basename(path), 'anything'].sort());
		file.close();
		removeStrayPrivateFiles(join(root, 'none'), processes);
	});
});

describe('the variables that make gemini tell', () => {
	const START = '/state/private/1';
	const PATH = `${START}.log`;
	const write = (path: string, text: string) => {
		const file = join(root, path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, text);
	};
	const variables = (env: Record<string, string> = {}, isTrusted = true) =>
		telemetryOf({
			env: { HOME: join(root, 'home'), ...env },
			folder: join(root, 'home/work/repo'),
			isTrusted,
			privatePath: START,
		});
	const OURS = {
		path: PATH,
		env: expect.objectContaining({
			GEMINI_TELEMETRY_OUTFILE: PATH,
			GEMINI_TELEMETRY_LOG_PROMPTS: 'false',
			GEMINI_TELEMETRY_TARGET: 'local',
		}),
	};

	it('are given where the user has no telemetry, or has it off', () => {
		expect(variables()).toEqual(OURS);
		write('home/.gemini/settings.json', '{"telemetry":{"enabled":false},"tools":{"sandbox":false}}');
		write('home/work/repo/.gemini/settings.json', '{}');
		write('home/.env', 'GEMINI_API_KEY=x\n');
		expect(variables({ GEMINI_SANDBOX: 'false' })).toEqual(OURS);
		expect(telemetryOf({ env: {}, folder: join(root, 'none'), isTrusted: true })).toBeNull();
	});

	it.each([
		{ GEMINI_TELEMETRY_ENABLED: 'true' },
		{ GEMINI_TELEMETRY_ENABLED: 'false' },
		{ GEMINI_TELEMETRY_OTLP_ENDPOINT: 'http://collector' },
		{ GEMINI_SANDBOX: 'docker' },
	] as Record<string, string>[])('are not given with %j', (env) => {
		expect(variables(env)).toBeNull();
	});

	it.each([
		['home/.gemini/settings.json', '{"telemetry":{"enabled":true}}'],
		['home/.gemini/settings.json', '{"telemetry":{"enabled":"$TELEMETRY"}}'],
		['home/.gemini/settings.json', '{ // mine\n"telemetry":{"enabled":true}}'],
		['home/.gemini/settings.json', '{"tools":{"sandbox":"docker"}}'],
		['home/work/repo/.gemini/settings.json', '{"telemetry":{"enabled":true}}'],
		['home/work/repo/.env', 'GEMINI_TELEMETRY_ENABLED=1'],
		['home/work/.gemini/.env', 'GEMINI_TELEMETRY_TARGET=gcp'],
		['home/.env', 'export GEMINI_SANDBOX=podman'],
	])('are not given where %s holds %s', (path, text) => {
		write(path, text);
		expect(variables()).toBeNull();
	});

	it('leave a repo’s settings alone where gemini does', () => {
		write('home/work/repo/.gemini/settings.json', '{"telemetry":{"enabled":true}}');
		expect(variables({}, false)).toEqual(OURS);
	});
});

describe('a turn whose agent tells a limit in its telemetry alone', () => {
	const ID = 'd4de4b20-a599-4857-aeed-a12be9c04074';
	const FIXTURE = resolve(import.meta.dirname, '../../fixtures/gemini/per-day-per-user/telemetry.log');
	let bench: EngineBench;
	beforeEach(() => {
		bench = new EngineBench();
	});
	afterEach(() => bench.dispose());

	it('is stopped by it, and nothing of the file is left', async () => {
		const init = JSON.stringify({ type: 'init', session_id: ID, model: 'gemini-2.5-pro' });
		const write = `cat '${FIXTURE}' >> "$GEMINI_TELEMETRY_OUTFILE"`;
		bench.install('gemini', { turns: [[{ emit: `${init}\n` }, { run: write }, { sleep: 60_000 }]] });
		const privateFolder = join(bench.state, 'private');
		const bare = await bench.relay({ agent: 'gemini' }, { privateFolder, newNativeId: () => ID });
		await bare.send('Do the task.');
		expect(JSON.parse(bare.read(1, 'state.json'))).toMatchObject({
			status: 'limited',
			limit: {
				kind: 'quota',
				window: 'daily',
				source: { channel: 'native', rule: 'gemini:telemetry.word.per_day' },
			},
		});
		await until(() => readdirSync(privateFolder).length === 0, 'the telemetry file to be gone');
	});

	it('runs without it where no file can be made', async () => {
		const lines = [
			{ type: 'init', session_id: ID, model: 'gemini-2.5-pro' },
			{ type: 'message', role: 'assistant', content: 'done', delta: true },
			{ type: 'result', status: 'success' },
		];
		const emit = lines.map((value) => `${JSON.stringify(value)}\n`).join('');
		const tell = 'env | grep ^GEMINI_TELEMETRY > told.txt; true';
		bench.install('gemini', { turns: [[{ run: tell }, { emit }, { exit: 0 }]] });
		writeFileSync(join(bench.root, 'a-file'), '');
		const privateFolder = join(bench.root, 'a-file/private');
		const bare = await bench.relay(
			{ agent: 'gemini', permissions: 'full' },
			{ privateFolder, newNativeId: () => ID },
		);
		await bare.send('Do the task.');
		expect(JSON.parse(bare.read(1, 'state.json'))).toMatchObject({ status: 'completed' });
		expect(readFileSync(join(bench.folder, 'told.txt'), 'utf8')).toBe('');
	});
});
