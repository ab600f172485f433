/** What the status line says, kept up to date beside the keys: nothing here is asked for when one is pressed. */
import { basename } from 'node:path';
import type { SeenWindow } from '../../limits/quota.ts';
import { type CandidateVerdict, canTakeOverFrom } from '../../limits/successor.ts';
import type { ShellOptions } from '../shell-options.ts';
import { type BranchLook, lookAtBranch } from './branch-look.ts';
import { type StatusFacts, statusRow } from './status-row.ts';

interface StatusParts {
	shell: Pick<ShellOptions, 'relay' | 'context' | 'clock' | 'theme' | 'worktree'>;
	/** The agent that gets the next prompt, or works. */
	receiver(): string;
	queued(): number;
	/** A key that matters now; null: none does. */
	key(): string | null;
	redraw(): void;
	isOver(): boolean;
	/** Resolves when the shell is left. */
	ended: Promise<unknown>;
}

/** How often what other relays report is read. */
const WINDOWS_EVERY_MS = 5_000;
/** How often, in those, agents are judged again, and git is asked. */
const AGENTS_EVERY = 6;
const BRANCH_EVERY = 3;
/** A repo where git takes longer is asked only when something has ended. */
const SLOW_MS = 1_000;

export class StatusLine {
	readonly #parts: StatusParts;
	#windows: readonly SeenWindow[] = [];
	#candidates: readonly CandidateVerdict[] = [];
	#branch: BranchLook | null = null;
	#isLooking = false;
	#isSlow = false;
	/** The row drawn last: a key costs no layout. */
	#drawn: { key: string; rows: readonly string[] } | null = null;

	constructor(parts: StatusParts) {
		this.#parts = parts;
	}

	rows({ columns, rows }: { columns: number; rows: number }, isTyping: boolean): readonly string[] {
		const { clock, theme } = this.#parts.shell;
		const facts = { ...this.#facts(), isTyping };
		// Ages and moments change with the minute.
		const key = JSON.stringify([columns, rows, Math.floor(clock.now() / 60_000), facts]);
		if (this.#drawn?.key !== key)
			this.#drawn = { key, rows: statusRow(facts, { columns, rows, now: clock.now(), theme }) };
		return this.#drawn.rows;
	}

	/** Something has ended: agents, windows and files may be others now. */
	async changed(): Promise<void> {
		this.#readWindows();
		await Promise.all([this.#judgeAgents(), this.#lookAtBranch()]);
	}

	/** Until the shell is left. */
	async follow(): Promise<void> {
		const { shell, isOver, ended } = this.#parts;
		await this.changed();
		for (let round = 1; !isOver(); round++) {
			await Promise.race([shell.clock.sleep(WINDOWS_EVERY_MS), ended]);
			if (isOver()) return;
			this.#readWindows();
			if (round % AGENTS_EVERY === 0) await this.#judgeAgents();
			if (round % BRANCH_EVERY === 0 && !this.#isSlow) void this.#lookAtBranch();
		}
	}

	#facts(): Omit<StatusFacts, 'isTyping'> {
		const { shell, receiver, queued, key } = this.#parts;
		const named = receiver();
		const active = shell.relay.active();
		const isAgent = active.agent === named || this.#candidates.some((one) => one.agent === named);
		const agent = isAgent ? named : null;
		const { branch = null, isDirty = false } = this.#branch ?? {};
		const next = this.#candidates.find(canTakeOverFrom(agent));
		return {
			repo: basename(shell.worktree),
			branch,
			isDirty,
			agent,
			model: active.agent === agent ? active.model : null,
			preset: active.permissions,
			windows: this.#windows.map(({ agent: whose, window, ratio, seenAt }) => ({
				agent: whose,
				window,
				ratio,
				seenAt,
			})),
			limited: this.#candidates.flatMap(({ agent: whose, resetAt }) =>
				resetAt === null || resetAt <= shell.clock.now() ? [] : [{ agent: whose, until: resetAt }],
			),
			next: next?.agent ?? null,
			queued: queued(),
			key: key(),
		};
	}

	#readWindows(): void {
		this.#windows = this.#parts.shell.relay.agents.windows();
		this.#show();
	}

	async #judgeAgents(): Promise<void> {
		this.#candidates = await this.#parts.shell.relay.agents.candidates();
		this.#show();
	}

	async #lookAtBranch(): Promise<void> {
		if (this.#isLooking) return;
		this.#isLooking = true;
		const { clock, context } = this.#parts.shell;
		const startedAt = clock.monotonic();
		try {
			this.#branch = await lookAtBranch(context);
		} finally {
			this.#isLooking = false;
			this.#isSlow = clock.monotonic() - startedAt > SLOW_MS;
		}
		this.#show();
	}

	/** Draws again where the row has changed. */
	#show(): void {
		if (!this.#parts.isOver()) this.#parts.redraw();
	}
}
