/**
 * The lines by which the CLI reports on stderr that a request failed. stderr also repeats the text of failed tool calls,
 * line breaks included, so a line is believed only when no tool can have written it: no call is open, stdout has shown
 * the result of every echoed failure, and no tool input or output held the same words.
 */
import stripAnsi from 'strip-ansi';
import { type JsonObject, textOrNull } from '../../reading/json-fields.ts';

/** A failed request, as the CLI reports it. */
export type Sign =
	/** `Attempt N failed with status S. Retrying with backoff...` and what follows on that line. */
	| { kind: 'backoff'; attempt: number; status: number | null; text: string }
	/** `Attempt N failed: MESSAGE. Retrying after Dms...`. */
	| { kind: 'delay'; attempt: number; delayMs: number; text: string }
	/** `Error when talking to Gemini API …`: the error object that ends the turn. */
	| { kind: 'dump'; text: string };

const STARTS = /(?:Attempt \d+ failed|Error executing tool |Error when talking to Gemini API)[^\n]*/g;
const ATTEMPT = /^Attempt (\d{1,6}) failed/;
const BACKOFF =
	/^Attempt (\d{1,6}) failed(?: with (?:status )?(\d{3}|5xx)\b[^.]*)?\. Retrying with backoff\.\.\./;
const DELAYED = /\. Retrying after (\d{1,15})ms\.\.\.$/;
const GAVE_UP = /\. Max attempts reached$/;
/** A message of more lines is not one of the CLI's. */
const MAX_LINES = 60;
const MAX_CHARS = 16 * 1024;
const MAX_SPOKEN = 2000;
const MAX_SPOKEN_CHARS = 400;
const MAX_HELD = 200;

interface Gathering {
	kind: 'attempt' | 'dump';
	lines: string[];
	chars: number;
}

export class StderrSigns {
	readonly #spoken = new Set<string>();
	readonly #openTools = new Set<string>();
	#gathering: Gathering | null = null;
	#held: Sign[] = [];
	#echoes = 0;
	#failures = 0;
	/** True once a tool's text was too long to be known: then no line is believed any more. */
	#isBlind = false;

	toolCalled(id: string, line: JsonObject): void {
		this.#openTools.add(id);
		this.#remember(line.parameters, 0);
	}

	toolEnded(id: string, line: JsonObject): void {
		this.#openTools.delete(id);
		if (line.status === 'error' || line.error != null) this.#failures++;
		this.#remember(line.output, 0);
		this.#remember(line.error, 0);
	}

	blind(): void {
		this.#isBlind = true;
		this.#held = [];
	}

	/** Reads one line of stderr; `take` gives the signs that it completes. */
	line(text: string): void {
		const line = stripAnsi(text.replace(/\r$/, ''));
		if (line.startsWith('Error executing tool ') && !this.#isSpoken(line)) this.#echoes++;
		if (this.#startsSign(line) || this.#gathering === null) return;
		const { lines } = this.#gathering;
		lines.push(line);
		this.#gathering.chars += line.length;
		this.#continueSign(this.#gathering, line);
	}

	/** The signs that can be believed now; others wait until stdout has caught up. */
	take(): Sign[] {
		if (this.#isBlind || this.#openTools.size > 0 || this.#echoes > this.#failures) return [];
		const signs = this.#held.filter((sign) => !this.#isSpoken(sign.text.split('\n', 1)[0] ?? ''));
		this.#held = [];
		return signs;
	}

	/** The end of stderr: an unfinished dump counts. */
	end(): void {
		if (this.#gathering?.kind === 'dump')
			this.#hold({ kind: 'dump', text: this.#gathering.lines.join('\n') });
		this.#gathering = null;
	}

	#startsSign(line: string): boolean {
		const isDump = line.startsWith('Error when talking to Gemini API');
		if (!isDump && !ATTEMPT.test(line)) return false;
		this.end();
		const backoff = BACKOFF.exec(line);
		if (backoff !== null) {
			const [, attempt, status] = backoff;
			this.#hold({
				kind: 'backoff',
				attempt: Number(attempt),
				status: statusOf(status),
				text: line.slice(0, MAX_CHARS),
			});
			return true;
		}
		this.#gathering = { kind: isDump ? 'dump' : 'attempt', lines: [line], chars: line.length };
		this.#continueSign(this.#gathering, line);
		return true;
	}

	#continueSign(gathering: Gathering, line: string): void {
		const isDump = gathering.kind === 'dump';
		const hasEnded = isDump ? line === '}' : DELAYED.test(line) || GAVE_UP.test(line);
		const isTooLong = gathering.lines.length > MAX_LINES || gathering.chars > MAX_CHARS;
		if (!hasEnded && !isTooLong) return;
		this.#gathering = null;
		const text = gathering.lines.join('\n').slice(0, MAX_CHARS);
		const delayMs = Number(DELAYED.exec(line)?.[1] ?? Number.NaN);
		if (isDump) this.#hold({ kind: 'dump', text });
		else if (!Number.isNaN(delayMs))
			this.#hold({ kind: 'delay', attempt: Number(ATTEMPT.exec(text)?.[1]), delayMs, text });
	}

	#hold(sign: Sign): void {
		if (!this.#isBlind && this.#held.length < MAX_HELD) this.#held.push(sign);
	}

	/** Remembers any text in a tool's input or output that could be taken for one of the CLI's lines. */
	#remember(value: unknown, depth: number): void {
		const text = textOrNull(value);
		if (text !== null) this.#rememberText(text);
		else if (typeof value === 'object' && value !== null && depth < 20)
			for (const [key, child] of Object.entries(value)) {
				this.#rememberText(key);
				this.#remember(child, depth + 1);
			}
	}

	#rememberText(text: string): void {
		for (const [found] of stripAnsi(text).matchAll(STARTS)) {
			if (this.#spoken.size >= MAX_SPOKEN) this.blind();
			else this.#spoken.add(normal(found));
		}
	}

	#isSpoken(line: string): boolean {
		const asked = normal(line);
		for (const spoken of this.#spoken) if (asked.startsWith(spoken) || spoken.startsWith(asked)) return true;
		return false;
	}
}

function normal(line: string): string {
	return line.replace(/\s+/g, ' ').trim().slice(0, MAX_SPOKEN_CHARS);
}

function statusOf(text: string | undefined): number | null {
	if (text === undefined) return null;
	return text === '5xx' ? 500 : Number(text);
}
