/**
 * Writes one turn as it happens: the bytes first, then their meaning. A parser bug may lose a summary, never a record. Memory stays
 * flat: raw bytes go to disk at once; events and transcript are gathered for a few milliseconds at most.
 */
import type { AgentExit, AgentParser, NativeFacts, ParsedTurn } from '../../agents/agent-adapter.ts';
import type { AgentEvent, PlanItem } from '../../agents/events.ts';
import { AppendFile, draftOf } from '../../core/files/append-file.ts';
import { removeIfThere, writeAtomic } from '../../core/files/write-file.ts';
import { turnFile } from '../../sessions/files/session-paths.ts';
import { serializeEvent } from '../event-log.ts';
import type { ChannelBytes } from '../questions/question-channel.ts';
import {
	type LoggedQuestion,
	type QuestionEvent,
	serializeBytes,
	serializeQuestion,
} from '../questions/question-log.ts';
import { TurnFacts } from '../turn-facts.ts';
import { boundedEvent, boundedTurn } from './bounded-numbers.ts';
import { guardParser } from './guard-parser.ts';
import { Transcript } from './output-text.ts';

/** Long enough to gather a burst into one write, short enough for `tail -f` to feel live. */
const GATHER_MS = 20;
const GATHER_BYTES = 256 * 1024;

export interface RecorderOptions {
	folder: string;
	turn: number;
	prompt: Buffer;
	/** The session's `wayTo`; default: paths unchanged. */
	wayTo?: (path: string) => string;
	parser: AgentParser;
	/** Epoch ms that never jump while the turn runs. */
	now: () => number;
	/** The plan in the native session before the turn; null: unknown. */
	planBefore: readonly PlanItem[] | null;
	onEvent: (event: AgentEvent, atMs: number) => void;
	/** Part of the agent's output could not be read; it is in the raw record. */
	onUnreadable: () => void;
	/** A write that failed outside any call of the owner (a gathered write on a full disk). */
	onError: (error: unknown) => void;
	/** Events and transcript are written beside those on record, until `replaceRecords`. */
	isReplay?: boolean;
}

export class TurnRecorder {
	readonly facts: TurnFacts;
	firstOutputAt: number | null = null;
	lastByteAt: number;
	readonly #options: RecorderOptions;
	readonly #way: { wayTo?: (path: string) => string };
	#folder: string;
	readonly #parser: AgentParser;
	readonly #raw: AppendFile;
	readonly #events: AppendFile;
	readonly #output: AppendFile;
	readonly #stderr: AppendFile;
	/** Exists only if the agent asked. */
	#questions: AppendFile | null = null;
	readonly #transcript = new Transcript();
	#seq = 0;
	#pendingEvents: string[] = [];
	#pendingOutput: string[] = [];
	#pendingBytes = 0;
	#timer: NodeJS.Timeout | null = null;
	#restored = 0;

	/** Creates the turn's files. The prompt and the first state are already on disk. */
	constructor(options: RecorderOptions) {
		const { folder, turn } = options;
		const way = options.wayTo === undefined ? {} : { wayTo: options.wayTo };
		this.#way = way;
		this.#options = options;
		this.#folder = folder;
		this.#parser = guardParser(options.parser, () => options.onUnreadable());
		this.facts = new TurnFacts(options.planBefore ?? []);
		this.#raw = new AppendFile(turnFile(folder, turn, 'raw.jsonl'), way);
		this.#events = openRecord('events.jsonl', options, way);
		this.#output = openRecord('output.md', options, way);
		this.#stderr = new AppendFile(turnFile(folder, turn, 'stderr.log'), way);
		this.lastByteAt = options.now();
	}

	/** The agent's stdout: recorded before it is read. */
	output(chunk: Buffer): void {
		this.#raw.append(chunk);
		const now = this.#options.now();
		this.firstOutputAt ??= now;
		this.lastByteAt = now;
		this.#take(this.#parser.push(chunk), now);
	}

	/** Bytes that are on disk already, read again by recovery. */
	replayOutput(chunk: Buffer): void {
		this.#take(this.#parser.push(chunk), this.#options.now());
	}

	/** The agent's stderr; the file itself is written by the agent. */
	stderr(chunk: Buffer): void {
		const now = this.#options.now();
		this.lastByteAt = now;
		this.#take(this.#parser.stderr(chunk), now);
	}

	/** The agent's reports in a file next to its output; they are read, not kept, and are not a sign of life. */
	telemetry(chunk: Buffer): void {
		this.#take(this.#parser.telemetry?.(chunk) ?? [], this.#options.now());
	}

	/** A question of the agent, or its outcome: on disk when it returns. */
	question(event: QuestionEvent): void {
		this.repeatQuestion({ ts: this.#options.now(), event });
		this.flush();
	}

	/** What is known of the turn from elsewhere than its streams. */
	events(events: readonly AgentEvent[]): void {
		this.#take(events, this.#options.now());
	}

	/** A question or answer that was on record before, with its time. */
	repeatQuestion(logged: LoggedQuestion): void {
		this.facts.question(logged.event, logged.ts);
		this.#gather(serializeQuestion(logged, ++this.#seq), this.#transcript.question(logged.event));
	}

	/** Bytes on the channel of the turn's questions: recorded before they are read or sent. */
	questionBytes(bytes: ChannelBytes): void {
		this.#questions ??= new AppendFile(turnFile(this.#folder, this.#options.turn, 'questions.jsonl'), {
			isOfLines: true,
			...this.#way,
		});
		this.#questions.append(Buffer.from(serializeBytes(this.#options.now(), bytes)));
	}

	/** Judges the turn and closes the transcript. Called once, after the last byte. */
	end(exit: AgentExit, native: NativeFacts | null): ParsedTurn {
		const { events, turn } = this.#parser.end(exit, native);
		const now = this.#options.now();
		this.#take(events, now);
		this.facts.applyNative(turn.toolResults);
		this.facts.close();
		this.#pendingOutput.push(this.#transcript.end());
		this.flush();
		return boundedTurn(turn, now);
	}

	flush(): void {
		if (this.#timer) clearTimeout(this.#timer);
		this.#timer = null;
		const events = this.#pendingEvents.join('');
		const output = this.#pendingOutput.join('');
		this.#pendingEvents = [];
		this.#pendingOutput = [];
		this.#pendingBytes = 0;
		if (events !== '') this.#events.append(Buffer.from(events));
		if (output !== '') this.#output.append(Buffer.from(output));
	}

	/** Sizes now, bytes. */
	get bytes(): { raw: number; output: number; stderr: number } {
		return { raw: this.#raw.bytes, output: this.#output.bytes, stderr: this.#stderr.size() };
	}

	get hashes(): { events: string | null; output: string | null } {
		return { events: this.#events.digest(), output: this.#output.digest() };
	}

	/**
	 * Writes the turn's files again when somebody removed them (an agent's `git clean -fdx`). Returns true if it had to; after that
	 * each call copies stderr again, since the agent still writes to the removed file.
	 */
	restoreIfGone(): boolean {
		const files = [this.#raw, this.#events, this.#output, this.#questions].filter((file) => file !== null);
		const isGone = files.some((file) => !file.isInPlace());
		if (isGone) {
			this.#restored++;
			for (const file of files) if (!file.isInPlace()) file.restore();
			const { turn, prompt, wayTo = (path) => path } = this.#options;
			writeAtomic(wayTo(turnFile(this.#folder, turn, 'prompt.md')), prompt);
		}
		if (this.#restored > 0 && !this.#stderr.isInPlace()) this.#stderr.restore({ keepSource: true });
		return isGone;
	}

	/** Continues the turn's files in the session's folder, wherever that is now. */
	continueIn(folder: string): void {
		if (folder === this.#folder) return;
		this.#folder = folder;
		const { turn } = this.#options;
		this.#raw.moveTo(turnFile(folder, turn, 'raw.jsonl'));
		this.#events.moveTo(turnFile(folder, turn, 'events.jsonl'));
		this.#output.moveTo(turnFile(folder, turn, 'output.md'));
		this.#questions?.moveTo(turnFile(folder, turn, 'questions.jsonl'));
		this.#stderr.moveTo(turnFile(folder, turn, 'stderr.log'), { keepSource: true });
		this.#restored++;
	}

	/** Ends a replay, after its last write: each record is what it was, or all that was read again. */
	replaceRecords(): void {
		const { turn } = this.#options;
		this.#events.replace(turnFile(this.#folder, turn, 'events.jsonl'));
		this.#output.replace(turnFile(this.#folder, turn, 'output.md'));
	}

	/** Call it after the last write: raw bytes are on disk before the final state names them. */
	sync(): void {
		this.#raw.sync();
	}

	close(): void {
		if (this.#timer) clearTimeout(this.#timer);
		this.#timer = null;
		for (const file of [this.#raw, this.#events, this.#output, this.#stderr, this.#questions]) file?.close();
	}

	#flushLater(): void {
		try {
			this.flush();
		} catch (error) {
			this.#options.onError(error);
		}
	}

	#take(events: readonly AgentEvent[], now: number): void {
		for (const reported of events) {
			const event = boundedEvent(reported, now);
			this.facts.add(event, now);
			this.#gather(serializeEvent({ ts: now, seq: ++this.#seq, event }), this.#transcript.add(event));
			this.#options.onEvent(event, now);
		}
	}

	#gather(line: string, text: string): void {
		this.#pendingEvents.push(line);
		if (text !== '') this.#pendingOutput.push(text);
		this.#pendingBytes += line.length + text.length;
		if (this.#pendingBytes >= GATHER_BYTES) this.flush();
		else this.#timer ??= setTimeout(() => this.#flushLater(), GATHER_MS);
	}
}

/** A replay's record is written beside its place, without what a replay that died has left there. */
function openRecord(
	name: 'events.jsonl' | 'output.md',
	{ folder, turn, isReplay = false }: RecorderOptions,
	way: { wayTo?: (path: string) => string },
): AppendFile {
	const place = turnFile(folder, turn, name);
	if (isReplay) removeIfThere(draftOf(place));
	return new AppendFile(isReplay ? draftOf(place) : place, { hash: true, isOfLines: true, ...way });
}
