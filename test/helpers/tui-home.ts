import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { parseTurnState } from '../../src/sessions/files/json-record.ts';
import type { TurnState } from '../../src/sessions/turns/turn-state.ts';
import { CliHome, NOT_INDEXED_BESIDE } from './cli-home.ts';
import { PtyProgram } from './pty-program.ts';

const TUI = resolve(import.meta.dirname, 'fake-tui.cjs');
const LOGINS = { ANTHROPIC_API_KEY: 'fake-claude-key', CODEX_API_KEY: 'fake-codex-key' };
/** What the fake switches on and leaves on. */
export const TUI_MODES = [1049, 1000, 1006, 2004];

/** A home in which claude and codex are fake TUIs that keep records as these do. */
export class TuiHome {
	readonly cli = new CliHome({ env: { ...NOT_INDEXED_BESIDE, ...LOGINS } });

	constructor() {
		for (const agent of ['claude', 'codex'])
			this.cli.program(
				agent,
				`#!/bin/sh\ncase " $* " in *' --version '*) echo '1.0.0'; exit ;; esac\nexec '${process.execPath}' '${TUI}' ${agent} "$@"\n`,
			);
	}

	get env(): Record<string, string> {
		return { ...this.cli.env, PATH: `${this.cli.bin}:${this.cli.env.PATH}` };
	}

	/** The built program on a terminal. `script`: as PtyProgram has it. */
	open(args: string[], { script }: { script?: string } = {}): PtyProgram {
		return new PtyProgram(args, {
			...{ cwd: this.cli.repo, env: this.env },
			...(script === undefined ? {} : { script }),
		});
	}

	/** Of all sessions, oldest first. */
	turns(): TurnState[] {
		const sessions = join(this.cli.repo, '.agent-relay/sessions');
		return readdirSync(sessions)
			.sort()
			.flatMap((id) => {
				const folder = join(sessions, id, 'turns');
				const names = readdirSync(folder).filter((name) => name.endsWith('-state.json'));
				return names.sort().map((name) => parseTurnState(readFileSync(join(folder, name), 'utf8'), name));
			});
	}

	/** What each TUI was called with. */
	startedWith(): Array<{ agent: string; args: string[] }> {
		const lines = readFileSync(join(this.cli.home, 'tui-args.jsonl'), 'utf8').trim().split('\n');
		return lines.map((line) => JSON.parse(line) as { agent: string; args: string[] });
	}

	/** Processes of the agents of a session's TUI that began when so many turns were there, plus one. */
	left(turn = 1) {
		return createProcessTable().withEnvironment({
			HOME: this.cli.home,
			AGENT_RELAY_TURN: String(turn),
		});
	}

	remove(): void {
		this.cli.remove();
	}
}

/** Nothing of the fake's modes is left on, and the cursor is shown. */
export const isSane = (program: PtyProgram) =>
	TUI_MODES.every((mode) => program.mode(mode) !== true) && program.mode(25) !== false;
