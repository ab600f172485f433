/**
 * The transcripts that a running TUI writes, followed while they grow. What the processes have open counts, not the id that the TUI
 * was started with: a `/clear`, a `/new` or a `/resume` in it goes on in another file. What stood in a file before is read only to
 * understand what follows.
 */

import type { AgentId } from '../agents/agent-adapter.ts';
import { type JsonObject, parseObject } from '../agents/reading/json-fields.ts';
import type { LineMark, TuiRecord } from '../agents/tui/agent-tui.ts';
import { GrowingLines } from '../core/files/growing-lines.ts';
import { type TranscriptTurn, TurnGrouping, type TurnStep } from '../history/group-turns.ts';
import { LINES_FORMATS } from '../history/transcript-formats.ts';
import type { GrowingReader, LinesFormat, TranscriptItem } from '../history/transcript-items.ts';

export interface FollowedTui {
	agent: AgentId;
	record: TuiRecord;
	env: Readonly<Record<string, string>>;
	/** Where the TUI was started; a new transcript of another folder is somebody else's. */
	folder: string;
	/** Epoch ms: older lines were there before. */
	startedAt: number;
	/** The conversation that it was started with; null: it chooses one itself. */
	nativeId: string | null;
	/** Milliseconds that never jump. */
	monotonic(): number;
	now(): number;
}

/** `marked`: a line said how the turn stands. `open`: the turn that is open in that transcript then, as it is so far. */
export type Heard = { nativeId: string; open: TranscriptTurn | null } & (
	| TurnStep
	| { step: 'marked'; mark: LineMark }
);

/** Between two looks through the CLI's folders for a file that is not there yet. */
const SEARCH_MS = 1_000;
/** A torn line that was written anew, and the like: a file is never read for longer than this at once. */
const MAX_PIECES = 10_000;

export class RecordFollower {
	readonly #tui: FollowedTui;
	readonly #format: LinesFormat;
	readonly #sources = new Map<string, Source>();
	/** Ids in the order in which they were seen open, the newest last. */
	readonly #ids: string[] = [];
	/** Transcripts that were there before, and those of others. */
	readonly #others: Set<string>;
	#searchedAt = Number.NEGATIVE_INFINITY;

	/** To be made before the TUI is started. Throws where transcripts of the agent are not read. */
	constructor(tui: FollowedTui) {
		const format = LINES_FORMATS.find(({ agent }) => agent === tui.agent);
		if (format === undefined) throw new Error(`no transcripts of ${tui.agent} are read`);
		this.#tui = tui;
		this.#format = format;
		this.#others = new Set(this.#paths().map(({ path }) => path));
		if (tui.nativeId !== null) this.#ids.push(tui.nativeId);
	}

	/** The conversations that it was in, the last one last. */
	get ids(): readonly string[] {
		return this.#ids;
	}

	/** What is new. `pids`: the processes of the TUI. */
	async read(pids: ReadonlySet<number>): Promise<Heard[]> {
		await this.look(pids);
		this.#search();
		return [...this.#sources.values()].flatMap((source) => source.read());
	}

	/** Where the TUI is now. */
	async look(pids: ReadonlySet<number>): Promise<void> {
		const { record, env } = this.#tui;
		const open = pids.size === 0 ? [] : await record.conversations({ pids, env });
		for (const id of open) this.#move(id);
	}

	/** What is held back, once nothing writes any more. Closes the files. */
	end(): Heard[] {
		this.#searchedAt = Number.NEGATIVE_INFINITY;
		this.#search();
		const heard = [...this.#sources.values()].flatMap((source) => [...source.read(), ...source.end()]);
		for (const source of this.#sources.values()) source.close();
		return heard;
	}

	#move(id: string): void {
		if (this.#ids.at(-1) === id) return;
		const known = this.#ids.indexOf(id);
		if (known >= 0) this.#ids.splice(known, 1);
		this.#ids.push(id);
		this.#searchedAt = Number.NEGATIVE_INFINITY;
	}

	/** Opens the files of the ids that have none yet; where no process says its id, a new file of this folder. */
	#search(): void {
		const { monotonic } = this.#tui;
		const isMissing = this.#ids.length === 0 || this.#ids.some((id) => !this.#sources.has(id));
		if (!isMissing || monotonic() - this.#searchedAt < SEARCH_MS) return;
		this.#searchedAt = monotonic();
		for (const { path, id } of this.#paths()) {
			if (id === null || this.#sources.has(id)) continue;
			if (this.#ids.includes(id)) this.#open(id, path);
			else if (this.#ids.length === 0 && !this.#others.has(path)) this.#openIfOurs(id, path);
		}
	}

	#open(id: string, path: string): Source {
		const { record, startedAt, now } = this.#tui;
		const source = new Source({
			id,
			path,
			reader: this.#format.resume('', true),
			marks: record.marks(),
			startedAt,
			now,
		});
		this.#sources.set(id, source);
		return source;
	}

	#openIfOurs(id: string, path: string): void {
		const cwd = cwdOf(path);
		if (cwd === undefined) return;
		this.#others.add(path);
		if (cwd !== this.#tui.folder) return;
		this.#ids.push(id);
		this.#open(id, path);
	}

	#paths() {
		const folders = this.#format.folders(this.#tui.env);
		return folders
			.flatMap((folder) => [...this.#format.find(folder)])
			.filter(({ parent }) => parent === null);
	}
}

/** The folder that the first line of a rollout names; undefined: the line is not there yet. */
function cwdOf(path: string): string | null | undefined {
	const lines = new GrowingLines(path);
	try {
		const first = lines.read().lines[0];
		if (first === undefined) return undefined;
		const line = first.kind === 'line' ? parseObject(first.text) : null;
		const payload = line?.payload;
		const cwd = typeof payload === 'object' && payload !== null && 'cwd' in payload ? payload.cwd : line?.cwd;
		return typeof cwd === 'string' ? cwd : null;
	} finally {
		lines.close();
	}
}

interface SourceParts {
	id: string;
	path: string;
	reader: GrowingReader;
	marks: (line: JsonObject, now: number) => LineMark;
	startedAt: number;
	now(): number;
}

/** One file. */
class Source {
	readonly #parts: SourceParts;
	readonly #lines: GrowingLines;
	readonly #grouping = new TurnGrouping();
	#isOld = true;

	constructor(parts: SourceParts) {
		this.#parts = parts;
		this.#lines = new GrowingLines(parts.path);
	}

	/** Whole lines only: a torn last one stays for the next read. */
	read(): Heard[] {
		const heard: Heard[] = [];
		for (let piece = 0; piece < MAX_PIECES; piece++) {
			const { lines, isAtEnd } = this.#lines.read();
			for (const line of lines) {
				const read = line.kind === 'line' ? parseObject(line.text) : null;
				if (read !== null) heard.push(...this.#line(read));
			}
			if (isAtEnd) break;
		}
		return heard;
	}

	/** The turn that is open ends, too. */
	end(): Heard[] {
		const heard = this.#items(this.#parts.reader.end());
		return this.#isOld ? heard : [...heard, ...this.#heard(this.#grouping.end())];
	}

	close(): void {
		this.#lines.close();
	}

	#line(line: JsonObject): Heard[] {
		const heard = this.#items(this.#parts.reader.read(line));
		const mark = this.#parts.marks(line, this.#parts.now());
		if (this.#isOld || (!mark.endsTurn && mark.failed === null)) return heard;
		return [...heard, { ...this.#about(), step: 'marked', mark }];
	}

	#items(items: readonly TranscriptItem[]): Heard[] {
		return items.flatMap((item) => {
			if (this.#isOld && item.at !== null && item.at >= this.#parts.startedAt) {
				this.#isOld = false;
				this.#grouping.end();
			}
			const steps = this.#grouping.push(item);
			return this.#isOld ? [] : this.#heard(steps);
		});
	}

	#heard(steps: readonly TurnStep[]): Heard[] {
		return steps.map((step) => ({ ...step, ...this.#about() }));
	}

	#about() {
		return { nativeId: this.#parts.id, open: this.#grouping.open };
	}
}
