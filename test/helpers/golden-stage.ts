/** Scripted agents for golden scenes: what they say, write and cost is the same in every run. */
import { FIRST_AUTHOR } from './begin-repo.ts';
import { NOT_INDEXED_BESIDE } from './cli-home.ts';
import { claude, codex } from './fake-agent-lines.ts';
import { type FakeStep, installFakeAgent } from './fake-agents.ts';
import { createGoldenHome, runScene, sceneText } from './golden-scene.ts';
import { GoldenText } from './golden-text.ts';
import { treeText } from './golden-tree.ts';
import { zoneAtNine } from './zone-at-nine.ts';

const HOUR_MS = 3_600_000;
/** When the agents' windows open again: in the same day, as `TZ` below counts it. */
const RESET_MS = 2.5 * HOUR_MS;

/** With the keys both agents count as logged in; the author is for what is committed. A shell searches, and more sessions follow. */
const ENV = {
	ANTHROPIC_API_KEY: 'fake-claude-key',
	CODEX_API_KEY: 'fake-codex-key',
	...FIRST_AUTHOR,
	...NOT_INDEXED_BESIDE,
};

export interface Answer {
	text: string;
	/** Relative to the folder it works in. */
	write?: { path: string; text: string };
	/** Runs as a tool call that is seen, and ends with that. */
	command?: { line: string; output: string; isError?: boolean };
}

export function claudeTurn({ text, write, command }: Answer): FakeStep[] {
	const called = command
		? claude.tool('tool-1', command.line) + claude.toolResult('tool-1', command.output, command.isError)
		: '';
	return [
		{ emit: claude.init + called, ...(write ? { write } : {}) },
		{ emit: claude.text(text) + claude.result(text), exit: 0 },
	];
}

export function codexTurn({ text, write }: Answer): FakeStep[] {
	return [
		{ emit: codex.init + codex.plan([{ text: 'finish it', completed: true }]), ...(write ? { write } : {}) },
		{ emit: codex.text(text) + codex.result, exit: 0 },
	];
}

export function claudeAtLimit(): FakeStep[] {
	const resetsAt = Date.now() + RESET_MS;
	return [
		{
			emit: claude.init + claude.text('I began with the first half.') + claude.windowLimit(resetsAt),
			exit: 1,
		},
	];
}

export function codexAtLimit(): FakeStep[] {
	return [
		{ emit: codex.init + codex.text('I began too.') + codex.failed('You’ve hit your usage limit.'), exit: 1 },
	];
}

/** A repo with both agents, in which one scene is played after the other. */
export class Stage {
	readonly cli = createGoldenHome({ agents: ['claude', 'codex'] });
	readonly words = new GoldenText(this.cli);
	readonly #env = { ...ENV, TZ: zoneAtNine() };

	constructor(turns: { claude: FakeStep[][]; codex: FakeStep[][] }) {
		installFakeAgent(this.cli.bin, 'claude', { turns: turns.claude });
		const nativeSession = '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee';
		installFakeAgent(this.cli.bin, 'codex', { turns: turns.codex, nativeSession });
	}

	/** The versions of both are known from here on, so that no turn asks for one beside its work. */
	async open(): Promise<this> {
		const { exitCode, stderr } = await runScene(this.cli, { args: ['agents'], env: this.#env });
		if (exitCode !== 0) throw new Error(`the stage cannot be opened: ${stderr}`);
		return this;
	}

	play(args: readonly string[], input?: string): Promise<string> {
		const scene = { args, env: this.#env, ...(input === undefined ? {} : { input }) };
		return sceneText(this.cli, scene, this.words);
	}

	records(): string {
		return treeText(this.cli, this.words);
	}
}
