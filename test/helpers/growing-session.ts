import { appendFileSync, existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logFile, TURNS_FOLDER, turnFile } from '../../src/sessions/files/session-paths.ts';

/** Which record of a session: of the log, `turn` is 0. */
export interface Written {
	source: 'log' | 'events';
	turn: number;
	seq: number;
	text: string;
}

/** A session as relays write it, with all that may happen to its files; keeps what was written in whole lines. */
export class GrowingSession {
	readonly folder: string;
	readonly written: Written[] = [];
	/** Every whole line that was on disk, by relays or by whoever wrote it anew. */
	readonly lines = new Set<string>();
	/** The time of the record that is written, epoch ms. */
	now = Date.parse('2026-11-29T10:00:00.000Z');
	#turn = 0;
	#logSeq = 0;
	#eventSeq = 0;
	/** The rest of a line that is half on disk. */
	#torn: { path: string; rest: string; record: Written } | null = null;
	/** Bytes of whole lines by path, while the files are gone. */
	#removed: Map<string, string> | null = null;
	readonly #content = new Map<string, string>();

	constructor(folder: string) {
		this.folder = folder;
		mkdirSync(join(folder, TURNS_FOLDER), { recursive: true });
	}

	get turn(): number {
		return this.#turn;
	}

	log(type: string, facts: Record<string, unknown> = {}): void {
		const seq = ++this.#logSeq;
		this.#append(logFile(this.folder), { source: 'log', turn: 0, seq, text: this.#line(seq, type, facts) });
	}

	beginTurn(): void {
		this.#turn++;
		this.#eventSeq = 0;
		this.log('turn_started', { turn: this.#turn });
	}

	endTurn(): void {
		if (this.#turn > 0) this.log('turn_finished', { turn: this.#turn });
	}

	events(count: number, text = 'a word'): void {
		if (this.#turn === 0) return;
		for (let at = 0; at < count; at++) this.#append(this.#eventFile, this.#nextEvent(text));
	}

	/** Half a line, until anything else is written. */
	tear(at: number): void {
		if (this.#turn === 0 || this.#torn !== null || this.#removed !== null) return;
		const record = this.#nextEvent('torn and completed');
		const cut = 1 + (at % (record.text.length - 1));
		appendFileSync(this.#eventFile, record.text.slice(0, cut));
		this.#torn = { path: this.#eventFile, rest: `${record.text.slice(cut)}\n`, record };
	}

	/** A full disk: the half line is cut off again, and its number is given to another. */
	cut(): void {
		if (this.#torn === null) return;
		const { path, record } = this.#torn;
		this.#torn = null;
		truncateSync(path, Buffer.byteLength(this.#content.get(path) ?? ''));
		this.#eventSeq = record.seq - 1;
	}

	/** The relay dies, and the next one writes the events of the turn anew, some more than there were. */
	crash(more: number): void {
		this.restore();
		const path = this.#eventFile;
		this.#torn = null;
		appendFileSync(logFile(this.folder), '{"ts":"2026-11-29T10:00:00.000Z","seq":');
		appendFileSync(logFile(this.folder), '\n');
		this.#content.set(
			logFile(this.folder),
			`${this.#content.get(logFile(this.folder)) ?? ''}{"ts":"2026-11-29T10:00:00.000Z","seq":\n`,
		);
		this.log('session_reopened');
		if (this.#turn === 0) return;
		const known = this.written.filter(({ source, turn }) => source === 'events' && turn === this.#turn);
		rmSync(path, { force: true });
		this.#content.delete(path);
		this.#eventSeq = known.length;
		const again = known
			.map(({ seq }) => `${this.#line(seq, 'agent_message_chunk', { text: 'again' })}\n`)
			.join('');
		this.#write(path, again);
		this.events(more, 'recovered');
	}

	/** `git clean`: nothing is left of it. */
	clean(): void {
		if (this.#removed !== null || this.#torn !== null) return;
		this.#removed = new Map(this.#content);
		rmSync(this.folder, { recursive: true, force: true });
	}

	/** The relay writes again what it holds. */
	restore(): void {
		const removed = this.#removed;
		if (removed === null) return;
		this.#removed = null;
		mkdirSync(join(this.folder, TURNS_FOLDER), { recursive: true });
		for (const [path, content] of removed) writeFileSync(path, content);
	}

	/** Another file with the same content has the path. */
	replace(): void {
		this.#finishTorn();
		for (const [path, content] of this.#content) {
			if (!existsSync(path)) continue;
			rmSync(path);
			writeFileSync(path, content);
		}
	}

	/** All that is begun is on disk. */
	settle(): void {
		this.restore();
		this.#finishTorn();
	}

	get #eventFile(): string {
		return turnFile(this.folder, Math.max(1, this.#turn), 'events.jsonl');
	}

	#nextEvent(text: string): Written {
		const seq = ++this.#eventSeq;
		const line = this.#line(seq, 'agent_message_chunk', { message_id: 'm', text });
		return { source: 'events', turn: this.#turn, seq, text: line };
	}

	#line(seq: number, type: string, facts: Record<string, unknown>): string {
		this.now += 7;
		return JSON.stringify({ ts: new Date(this.now).toISOString(), seq, type, ...facts });
	}

	#append(path: string, record: Written): void {
		this.#finishTorn();
		this.restore();
		this.written.push(record);
		this.#write(path, `${record.text}\n`);
	}

	#finishTorn(): void {
		if (this.#torn === null) return;
		const { path, rest, record } = this.#torn;
		this.#torn = null;
		this.written.push(record);
		this.lines.add(record.text);
		appendFileSync(path, rest);
		this.#content.set(path, `${this.#content.get(path) ?? ''}${record.text}\n`);
	}

	#write(path: string, text: string): void {
		appendFileSync(path, text);
		for (const line of text.split('\n')) this.lines.add(line);
		this.#content.set(path, `${this.#content.get(path) ?? ''}${text}`);
	}
}
