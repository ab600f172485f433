import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../../core/errors.ts';
import { writeAll } from '../../core/files/write-file.ts';
import { runProcess } from '../../core/processes/run-process.ts';
import type { PermissionPreset } from '../agent-adapter.ts';
import type { PlanItem, PlanStatus } from '../events.ts';
import type { DemoTool, DemoToolResult, DemoVoice } from './voice.ts';

/** Marks everything a demo agent says. */
const LABEL = '[demo]';
const MAX_RUN_MS = 30_000;

interface DeskSetting {
	voice: DemoVoice;
	folder: string;
	permissions: PermissionPreset;
	env: Readonly<Record<string, string>>;
	/** The node that runs this program, absolute. */
	node: string;
}

/** A demo agent's place of work: it speaks, keeps a plan, and really reads, writes and runs in one folder. */
export class DemoDesk {
	readonly #setting: DeskSetting;
	#tools = 0;
	#plan: PlanItem[] = [];
	#saidChars = 0;

	constructor(setting: DeskSetting) {
		this.#setting = setting;
	}

	get saidChars(): number {
		return this.#saidChars;
	}

	async say(text: string): Promise<void> {
		const labelled = `${LABEL} ${text}`;
		this.#saidChars += labelled.length;
		await this.#setting.voice.say(labelled);
	}

	plan(items: Readonly<Record<string, PlanStatus>>): void {
		this.#plan = Object.entries(items).map(([text, status]) => ({ text, status }));
		this.#setting.voice.plan(this.#plan);
	}

	/** What the file holds, without reporting it; null when there is none. */
	look(path: string): string | null {
		try {
			return readFileSync(join(this.#setting.folder, path), 'utf8');
		} catch (error) {
			if (hasErrno(error, 'ENOENT', 'EISDIR')) return null;
			throw error;
		}
	}

	read(path: string): Promise<DemoToolResult> {
		return this.#use({ kind: 'read', path }, () => ({ output: this.look(path) ?? '' }));
	}

	write(path: string, content: string): Promise<DemoToolResult> {
		return this.#use({ kind: 'write', path, content }, () => this.#save(path, content));
	}

	/** Replaces one piece of a file; fails when the file does not hold it. */
	edit(path: string, before: string, after: string): Promise<DemoToolResult> {
		return this.#use({ kind: 'edit', path, before, after }, () => {
			const text = this.look(path) ?? '';
			if (!text.includes(before)) return { ok: false, output: `${path} does not hold the text to replace` };
			return this.#save(
				path,
				text.replace(before, () => after),
			);
		});
	}

	/** Runs node with these arguments. */
	run(...args: string[]): Promise<DemoToolResult> {
		return this.#use({ kind: 'run', args }, async () => {
			const { folder, env, node } = this.#setting;
			const run = await runProcess(node, args, { cwd: folder, env, timeoutMs: MAX_RUN_MS });
			const output = `${run.stdout.toString('utf8')}${run.stderr}`;
			return { ok: run.exitCode === 0, exitCode: run.exitCode, output };
		});
	}

	async #use(
		tool: DemoTool,
		act: () => Promise<Partial<DemoToolResult>> | Partial<DemoToolResult>,
	): Promise<DemoToolResult> {
		const id = `demo_tool_${++this.#tools}`;
		this.#setting.voice.toolStarts(id, tool);
		const done = this.#isDenied(tool) ? refusal(tool) : await act();
		const result = { ok: true, denied: false, exitCode: null, output: '', ...done };
		this.#setting.voice.toolEnds(id, tool, result);
		return result;
	}

	#isDenied({ kind }: DemoTool): boolean {
		return this.#setting.permissions === 'read-only' && (kind === 'write' || kind === 'edit');
	}

	/** Never through a link: the file must lie in the folder itself. */
	#save(path: string, content: string): Partial<DemoToolResult> {
		const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
		try {
			const fd = openSync(join(this.#setting.folder, path), flags);
			try {
				writeAll(fd, Buffer.from(content));
			} finally {
				closeSync(fd);
			}
			return { output: `${path} is written.` };
		} catch (error) {
			if (!hasErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ELOOP', 'EISDIR', 'ENOSPC')) throw error;
			return { ok: false, output: `${path} cannot be written (${error.code})` };
		}
	}
}

function refusal(tool: DemoTool): Partial<DemoToolResult> {
	const what = tool.kind === 'run' ? 'a command' : tool.path;
	return {
		ok: false,
		denied: true,
		output: `Permission to write ${what} is denied: this turn is read-only.`,
	};
}
