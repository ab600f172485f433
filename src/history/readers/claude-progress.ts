/** What a reader of claude's transcripts remembers from line to line; as text, so that a file that has grown is read on where it ended. */
import {
	type JsonObject,
	listOrEmpty,
	numberOrNull,
	objectOrEmpty,
	parseObject,
	textOrNull,
} from '../../agents/reading/json-fields.ts';
import type { ItemBody } from '../transcript-items.ts';
import type { ClaudeBranch } from './claude-branch.ts';

interface OpenCall {
	name: string;
	paths: readonly string[];
}

/** Calls without a result that are remembered, and of those the ones that are saved. */
const MAX_OPEN = 5_000;
const MAX_SAVED = 100;
/** Summaries of other conversations stand at the beginning of a file. */
const MAX_SUMMARIES = 50;

export class ClaudeProgress {
	readonly queue: PromptQueue;
	#hasFolder: boolean;
	/** How good a source the title came from. */
	#titleRank: number;
	#slug: string | null;
	readonly #calls: Map<string, OpenCall>;
	/** By the line that each is a summary up to. */
	readonly #summaries: Map<string, string>;
	#lastUuid: string;

	constructor(saved: string) {
		const known = parseObject(saved) ?? {};
		this.queue = new PromptQueue(objectOrEmpty(known.queue));
		this.#hasFolder = known.has_folder === true;
		this.#titleRank = numberOrNull(known.title_rank) ?? 0;
		this.#slug = textOrNull(known.slug);
		this.#lastUuid = textOrNull(known.last) ?? '';
		this.#summaries = new Map(entriesOf(known.summaries, textOrNull));
		this.#calls = new Map(entriesOf(known.calls, callOf));
	}

	saved(): string {
		return JSON.stringify({
			queue: this.queue.saved(),
			has_folder: this.#hasFolder,
			title_rank: this.#titleRank,
			slug: this.#slug,
			last: this.#lastUuid,
			summaries: Object.fromEntries(this.#summaries),
			calls: Object.fromEntries([...this.#calls].slice(-MAX_SAVED)),
		});
	}

	/** `branch` null: the file is read as it grows. */
	factsOf(line: JsonObject, branch: ClaudeBranch | null): ItemBody[] {
		const title = this.#titleOf(line, branch);
		const cwd = this.#hasFolder ? null : textOrNull(line.cwd);
		const version = cwd === null ? null : textOrNull(line.version);
		const isHelper = cwd !== null && line.isSidechain === true;
		const slug = this.#newSlug(textOrNull(line.slug));
		const parent = isHelper ? textOrNull(line.sessionId) : null;
		this.#hasFolder ||= cwd !== null;
		const facts = {
			...(cwd === null ? {} : { cwd }),
			...(version === null ? {} : { version }),
			...(title === null ? {} : { title }),
			...(slug === null ? {} : { slug }),
			...(isHelper ? { isSubAgent: true } : {}),
			...(parent === null ? {} : { parent }),
		};
		return Object.keys(facts).length === 0 ? [] : [{ kind: 'facts', facts }];
	}

	/** The user's own title, then the CLI's newest, then a summary of this very conversation. */
	#titleOf(line: JsonObject, branch: ClaudeBranch | null): string | null {
		const { type, customTitle, aiTitle } = line;
		const ranked: Array<[number, string | null]> = [
			[3, type === 'custom-title' ? textOrNull(customTitle) : null],
			[2, type === 'ai-title' ? textOrNull(aiTitle) : null],
			[1, branch === null ? this.#summaryOf(line) : surveyedSummary(line, branch)],
		];
		const found = ranked.find(([rank, title]) => title !== null && rank >= this.#titleRank);
		if (found === undefined) return null;
		this.#titleRank = found[0];
		return found[1];
	}

	/** null: it has it already. */
	#newSlug(slug: string | null): string | null {
		if (slug === null || slug === this.#slug) return null;
		this.#slug = slug;
		return slug;
	}

	/** Whether a result of a tool can be passed over: no fact is expected from it. */
	get canPass(): boolean {
		return this.#hasFolder && this.#summaries.size === 0;
	}

	passOver(uuid: string, call: string): void {
		this.#lastUuid = uuid;
		this.#calls.delete(call);
	}

	call(id: string): OpenCall | null {
		return this.#calls.get(id) ?? null;
	}

	beginCall(id: string, call: OpenCall): void {
		if (this.#calls.size < MAX_OPEN) this.#calls.set(id, call);
	}

	endCall(id: string): void {
		this.#calls.delete(id);
	}

	/** The summary of this very conversation that the line completes: of a line that came before, or one that now comes. */
	#summaryOf({ type, summary, leafUuid, uuid }: JsonObject): string | null {
		const text = textOrNull(summary);
		const leaf = textOrNull(leafUuid) ?? '';
		if (type === 'summary' && text !== null) {
			if (leaf === this.#lastUuid && leaf !== '') return text;
			if (this.#summaries.size < MAX_SUMMARIES) this.#summaries.set(leaf, text);
			return null;
		}
		const own = textOrNull(uuid);
		if (own === null) return null;
		this.#lastUuid = own;
		return this.#summaries.get(own) ?? null;
	}
}

function surveyedSummary({ type, summary, leafUuid }: JsonObject, branch: ClaudeBranch): string | null {
	return type === 'summary' && branch.has(textOrNull(leafUuid) ?? '') ? textOrNull(summary) : null;
}

function entriesOf<T>(value: unknown, read: (value: unknown) => T | null): Array<[string, T]> {
	return Object.entries(objectOrEmpty(value)).flatMap(([key, one]): Array<[string, T]> => {
		const known = read(one);
		return known === null ? [] : [[key, known]];
	});
}

function callOf(value: unknown): OpenCall | null {
	const { name, paths } = objectOrEmpty(value);
	return typeof name === 'string' ? { name, paths: textsOf(paths) } : null;
}

const textsOf = (value: unknown) => listOrEmpty(value).flatMap((one) => textOrNull(one) ?? []);

const MAX_QUEUED = 1_000;
/** Prompts by one of two records that wait for the other. */
const MAX_TAKEN = 20;

/** Prompts that were typed while the agent worked. */
class PromptQueue {
	#waiting: string[];
	/** Text of each taken prompt, behind the record that had it: `a` an attachment, `q` the queue. */
	#taken: string[];

	constructor({ waiting, taken }: JsonObject) {
		this.#waiting = textsOf(waiting);
		this.#taken = textsOf(taken);
	}

	saved() {
		return { waiting: this.#waiting.slice(-MAX_TAKEN), taken: this.#taken };
	}

	add(text: string): void {
		this.#waiting = [...this.#waiting, text].slice(-MAX_QUEUED);
	}

	clear(): void {
		this.#waiting = [];
	}

	next(): string {
		return this.#waiting.shift() ?? '';
	}

	/** `named` null: the first. */
	remove(named: string | null): string {
		if (named === null) return this.next();
		this.#waiting = this.#waiting.filter((one) => one !== named);
		return named;
	}

	/** Whether the other record has said so already; if not, that one is expected. */
	wasTaken(text: string, isAttachment: boolean): boolean {
		const [own, other] = isAttachment ? ['a', 'q'] : ['q', 'a'];
		const at = this.#taken.indexOf(other + text);
		if (at >= 0) this.#taken.splice(at, 1);
		else this.#taken = [...this.#taken, own + text].slice(-MAX_TAKEN);
		return at >= 0;
	}
}
