/** What the shell says and asks unprompted: who is next, who is free again, trust, logins, agents that outlived their relay. */
import { safeLine } from '../core/text.ts';
import type { AgentOverview, Upcoming } from '../relay/conversation-contract.ts';
import { recapOf } from '../relay/resume/recap.ts';
import { recapLines } from '../view/transcript/recap-lines.ts';
import type { Transcript } from '../view/transcript.ts';
import { readSurvivorChoice, SURVIVOR_CHOICES } from './input/survivor-choices.ts';
import { askForWorkstream } from './questions/workstream-question.ts';
import { setupOffer } from './setup-offer.ts';
import type { ShellOptions } from './shell-options.ts';
import type { PickChoice } from './slash/slash-command.ts';
import { StatusLine } from './status/status-line.ts';
import {
	type FirstFacts,
	needsAgent,
	noAgentLines,
	noLoginLines,
	welcomeLines,
	withoutLogin,
} from './welcome.ts';

/** A shell that starts reads no more sessions than this. */
const LAST_LOOK = 10;
/** How often an idle shell asks whether a preferred agent is free again. */
const OFFER_EVERY_MS = 30_000;

interface OffersParts {
	shell: ShellOptions;
	transcript: Transcript;
	/** The terminal's width. */
	columns(): number;
	pick(message: string, choices: readonly PickChoice[]): Promise<string | null>;
	/** The shell is being left. */
	isOver(): boolean;
	/** A prompt or a command is being worked on. */
	isBusy(): boolean;
	/** How many prompts wait. */
	queued(): number;
	/** A key that matters now; null: none does. */
	key(): string | null;
	redraw(): void;
	showError(error: unknown): void;
	/** Resolves when the shell is left. */
	ended: Promise<unknown>;
}

export class Offers {
	readonly #options: ShellOptions;
	readonly #parts: OffersParts;
	readonly #status: StatusLine;
	/** null: not looked up yet. */
	#upcoming: Upcoming | null = null;

	constructor(parts: OffersParts) {
		this.#options = parts.shell;
		this.#parts = parts;
		this.#status = new StatusLine({ ...parts, receiver: () => this.receiver() });
	}

	/** Prints the first lines and asks the questions that cannot wait. */
	async welcome(): Promise<void> {
		const { relay, version, theme, clock, context } = this.#options;
		const options = { theme, columns: this.#parts.columns() };
		const [agents, upcoming] = await Promise.all([relay.agents.all(), relay.agents.upcoming()]);
		this.#upcoming = upcoming;
		const recap = await this.#recap({ theme, columns: options.columns - 1 }, upcoming.choice);
		const facts = {
			version,
			choice: upcoming.choice,
			agents,
			repo: await context.repo(),
			last: await this.#lastHere(),
		};
		const first = welcomeLines(relay, facts, { ...options, now: clock.now() });
		const offer = setupOffer(agents, context);
		this.#parts.transcript.lines([...first, ...(offer === null ? [] : [theme.dim(`  ${offer}`)]), ...recap]);
		if (needsAgent(agents)) this.#parts.transcript.lines(noAgentLines(agents, options));
		else if (!upcoming.lacksLogins) this.#parts.transcript.detour(upcoming.why);
		const repaired = await relay.repairAbandoned();
		this.#parts.transcript.lines(repaired.map((line) => theme.warn(safeLine(line, 300))));
		await this.#askForTrust();
		if (upcoming.lacksLogins) await this.#askWithoutLogin(agents);
		if (!this.#parts.isOver()) await this.#askForWorkstream();
		this.offerBack();
	}

	async #askForWorkstream(): Promise<void> {
		const { theme } = this.#options;
		const lines = await askForWorkstream(this.#options, this.#parts.pick);
		this.#parts.transcript.lines(lines.map((line) => theme.dim(line)));
	}

	/** Where the session that is resumed stands. */
	async #recap(
		look: { theme: ShellOptions['theme']; columns: number },
		choice: Upcoming['choice'],
	): Promise<string[]> {
		const { relay, context, clock } = this.#options;
		const session = relay.session();
		const recap = session && recapOf((await context.store()).story(session.id));
		const { called } = context;
		const next = { choice, permissions: relay.active().permissions, full: '/permissions full' };
		return recap === null ? [] : recapLines(recap, { ...look, now: clock.now(), called, next });
	}

	/** The newest work that was left in this worktree, unless it is being resumed; looked for among the newest sessions alone. */
	async #lastHere(): Promise<FirstFacts['last']> {
		const { relay, context, worktree } = this.#options;
		if (relay.session() !== null) return null;
		const store = await context.store();
		const left = store
			.list({ worktree, isArchived: false, limit: LAST_LOOK })
			.find(
				({ status, meta }) => status === 'checkpointed' && meta?.kind !== 'race' && meta?.kind !== 'chat',
			);
		const recap = left === undefined ? null : recapOf(store.story(left.id));
		if (recap === null) return null;
		const { title, said, endedAt, plan } = recap;
		const done = plan.filter((step) => step.status === 'completed').length;
		return {
			title: title ?? said.at(-1)?.prompt ?? null,
			endedAt,
			plan: plan.length === 0 ? null : { done, total: plan.length },
		};
	}

	/** Words never go to a provider that the user may not have chosen: they log in or name an agent first. */
	async #askWithoutLogin(agents: readonly AgentOverview[]): Promise<void> {
		const { relay, theme } = this.#options;
		if (this.#parts.isOver()) return;
		this.#parts.transcript.lines(noLoginLines(agents, { theme, columns: this.#parts.columns() }));
		const answer = await this.#parts.pick('Use one of them anyway?', [
			{ value: '', label: 'no, I will log in first' },
			...withoutLogin(agents).map(({ agent, title }) => ({ value: agent, label: `yes, ${title}` })),
		]);
		if (!answer) return;
		await relay.use({ agent: answer, model: null }, null);
		await this.lookAhead();
	}

	/** The agent that gets the next prompt; while one is worked on, the agent that works. */
	receiver(): string {
		const next =
			this.#parts.isBusy() || this.#upcoming === null ? this.#options.relay.active() : this.#upcoming.choice;
		return next?.agent || 'agent-relay';
	}

	/** The status line, kept up to date from `offerNowAndThen` on. */
	statusRows(terminal: { columns: number; rows: number }, isTyping: boolean): readonly string[] {
		return this.#options.hasStatus ? this.#status.rows(terminal, isTyping) : [];
	}

	/** Looks up who is next: limits, logins and what the user said may have changed. */
	async lookAhead(): Promise<void> {
		if (this.#options.hasStatus) void this.#status.changed().catch(this.#parts.showError);
		const upcoming = await this.#options.relay.agents.upcoming();
		if (this.#parts.isOver() || this.#parts.isBusy()) return;
		this.#upcoming = upcoming;
		if (!upcoming.lacksLogins) this.#parts.transcript.detour(upcoming.why);
		this.#parts.redraw();
	}

	/** Asks about agents that outlived another relay, until the returned function is called. */
	takeDesk(): () => void {
		const { survivorDesk: desk, theme } = this.#options;
		if (desk === undefined) return () => undefined;
		const before = desk.ask;
		desk.ask = async ({ lines }) => {
			this.#parts.transcript.lines(lines.map(theme.warn));
			const picked = await this.#parts.pick('What now?', SURVIVOR_CHOICES);
			if (picked === 'wait')
				this.#parts.transcript.lines([theme.dim('Waiting for it. Ctrl+C ends the wait.')]);
			return readSurvivorChoice(picked);
		};
		return () => {
			desk.ask = before;
		};
	}

	async #askForTrust(): Promise<void> {
		const { theme } = this.#options;
		const question = await this.#options.pendingTrust();
		if (question === null || this.#parts.isOver()) return;
		const files = question.files.map((file) => safeLine(file, 100)).join(', ');
		this.#parts.transcript.lines([theme.warn(`This repo has its own settings for agents: ${files}`)]);
		const answer = await this.#parts.pick('Trust this repo and use them?', [
			{ value: 'no', label: 'no, work without them' },
			{ value: 'yes', label: 'yes, until they change' },
		]);
		try {
			if (answer === 'yes') await question.accept();
			if (answer === 'no') question.decline();
		} catch (error) {
			this.#parts.showError(error);
		}
	}

	offerBack(): void {
		const { relay, theme } = this.#options;
		const back = relay.agents.offerBack();
		if (back === null) return;
		const name = back.model === null ? back.agent : `${back.agent}:${back.model}`;
		this.#parts.transcript.lines([`${theme.accent(name)} is free again${theme.dim(`: /use ${name}`)}`]);
	}

	/** Looks every now and then, as long as the shell is open. */
	async offerNowAndThen(): Promise<void> {
		if (this.#options.hasStatus) void this.#status.follow().catch(this.#parts.showError);
		while (!this.#parts.isOver()) {
			await Promise.race([this.#options.clock.sleep(OFFER_EVERY_MS), this.#parts.ended]);
			if (this.#parts.isOver() || this.#parts.isBusy()) continue;
			this.offerBack();
			await this.lookAhead();
		}
	}
}
