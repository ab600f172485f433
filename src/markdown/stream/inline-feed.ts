/**
 * Cuts the text of a paragraph, as it comes, where no mark reaches across: what is before a cut means the same whatever follows. Where
 * it cuts depends on the text alone, not on how it comes. A mark that is not closed within 400 characters is text.
 */

/** Longest that a mark is waited for. */
const MAX_OPEN = 400;
/** A longer run of marks is text. */
const MAX_RUN = 40;
const MIN_WIDE = 20;

/** What the parser must see; anything else is plain text. */
const SPECIAL = /[\\`*_~[\]<&]|:\/\/| {2,}\n/;
const WIDE = '\\u3000-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7a3\\uff00-\\uff60';
const STOP = new RegExp(`[\\\\\`*_~[\\]\\s${WIDE}]`, 'g');
const IS_WIDE = new RegExp(`[${WIDE}]`);
/** Belongs to the character before it. */
const JOINS = /\p{M}|\p{Emoji_Modifier}|\u200c|\u200d|\p{Cs}/u;
const PUNCTUATION = /[\p{P}\p{S}]/u;

/** `isPlain`: without marks. */
export interface InlinePart {
	text: string;
	isPlain: boolean;
}

interface Open {
	sign: string;
	/** How many of it are not closed. */
	count: number;
	at: number;
	/** Behind all of its signs. */
	end: number;
}

export class InlineFeed {
	/** From the last cut on. */
	#text = '';
	/** How far it was looked at. */
	#at = 0;
	/** The last place to cut; up to there the text is plain. */
	#safe = 0;
	#open: Open[] = [];
	/** Before the last cut. */
	#before = '';

	copy(): InlineFeed {
		const copy = new InlineFeed();
		copy.#text = this.#text;
		copy.#at = this.#at;
		copy.#safe = this.#safe;
		copy.#open = this.#open.map((open) => ({ ...open }));
		copy.#before = this.#before;
		return copy;
	}

	push(text: string): InlinePart[] {
		this.#text += text;
		return this.#scan(false);
	}

	/** All that is left; the feed is as new. */
	end(): InlinePart[] {
		const parts = this.#scan(true);
		parts.push(...this.#cut(this.#text.length));
		this.#before = '';
		return parts;
	}

	#scan(isEnd: boolean): InlinePart[] {
		const parts: InlinePart[] = [];
		while (this.#at < this.#text.length) {
			const expired = this.#open[0];
			if (expired !== undefined && this.#at - expired.at > MAX_OPEN) {
				this.#open.shift();
				parts.push(...this.#cut(expired.end));
				continue;
			}
			if (this.#open.length === 0 && this.#isSafe()) parts.push(...this.#markSafe());
			const next = this.#step(isEnd);
			if (next === null) break;
			this.#at = next;
		}
		if (this.#open.length === 0 && this.#at >= this.#text.length && this.#text.endsWith('\n'))
			parts.push(...this.#markSafe());
		if (this.#safe > 0) parts.push(...this.#cut(this.#safe));
		return parts;
	}

	/** Whether the text may be cut here. */
	#isSafe(): boolean {
		const at = this.#at;
		if (at === 0) return false;
		const [before, here] = [this.#text.charAt(at - 1), this.#text.charAt(at)];
		if (/\s/.test(before)) return !/\s/.test(here);
		const since = at - this.#safe;
		const joins = before === '\u200d' || JOINS.test(characterAt(this.#text, at));
		if (since >= MIN_WIDE && IS_WIDE.test(before) && IS_WIDE.test(here)) return !joins;
		return since >= MAX_OPEN && !joins;
	}

	/** A word without marks joins the plain text before it; one with marks is a part of its own. */
	#markSafe(): InlinePart[] {
		const isPlain = !SPECIAL.test(this.#text.slice(this.#safe, this.#at));
		if (isPlain) {
			this.#safe = this.#at;
			return [];
		}
		return this.#cut(this.#at);
	}

	/** Up to `end`; text that is known to be plain first. */
	#cut(end: number): InlinePart[] {
		const safe = Math.min(this.#safe, end);
		const parts = [
			{ text: this.#text.slice(0, safe), isPlain: true },
			{ text: this.#text.slice(safe, end), isPlain: !SPECIAL.test(this.#text.slice(safe, end)) },
		];
		this.#before = this.#text.charAt(end - 1) || this.#before;
		this.#text = this.#text.slice(end);
		this.#at = Math.max(0, this.#at - end);
		this.#safe = 0;
		for (const open of this.#open) {
			open.at -= end;
			open.end -= end;
		}
		return parts.filter(({ text }) => text !== '');
	}

	/** Where to go on; null: what follows decides. */
	#step(isEnd: boolean): number | null {
		const at = this.#at;
		const sign = this.#text.charAt(at);
		if (sign === '\\') return at + 1 < this.#text.length || isEnd ? at + 2 : null;
		if (sign === '`') return this.#code(isEnd);
		if (sign === '[') return this.#begin({ sign, count: 1, at, end: at + 1 });
		if (sign === ']') return this.#endLabel(isEnd);
		if (sign === '*' || sign === '_' || sign === '~') return this.#marks(sign, isEnd);
		STOP.lastIndex = at;
		const stop = STOP.exec(this.#text)?.index ?? this.#text.length;
		if (stop === at) return at + 1;
		// A word that is too long is cut, between two characters.
		const limit = this.#safe + MAX_OPEN;
		return this.#open.length > 0 ? stop : Math.min(stop, Math.max(limit, at + 1));
	}

	#begin(open: Open): number {
		this.#open.push(open);
		return open.end;
	}

	#runEnd(at: number): number {
		const sign = this.#text.charAt(at);
		let end = at;
		while (end - at < MAX_RUN && this.#text.charAt(end) === sign) end++;
		return end;
	}

	/** Behind the code that begins here, or behind its marks where it has no end. */
	#code(isEnd: boolean): number | null {
		const start = this.#at;
		const body = this.#runEnd(start);
		if (body === this.#text.length && !isEnd) return null;
		const limit = body + MAX_OPEN;
		for (let at = this.#text.indexOf('`', body); at >= 0 && at < limit; at = this.#text.indexOf('`', at)) {
			const end = this.#runEnd(at);
			if (end === this.#text.length && !isEnd) return null;
			if (end - at === body - start) return end;
			at = end;
		}
		return this.#text.length >= limit || isEnd ? body : null;
	}

	#endLabel(isEnd: boolean): number | null {
		const at = this.#at;
		const label = this.#open.findLastIndex(({ sign }) => sign === '[');
		const open = this.#open[label];
		if (open === undefined) return at + 1;
		if (at + 1 === this.#text.length && !isEnd) return null;
		const target = this.#text.charAt(at + 1) === '(' ? this.#targetEnd(at + 1, open.at + MAX_OPEN) : at + 1;
		if (target === null && !isEnd && this.#text.length < open.at + MAX_OPEN) return null;
		this.#open.length = label;
		return target ?? at + 1;
	}

	/** Behind the bracket that closes the one at `from`; null: it is not there. */
	#targetEnd(from: number, limit: number): number | null {
		let depth = 0;
		for (let at = from; at < Math.min(limit, this.#text.length); at++) {
			const sign = this.#text.charAt(at);
			if (sign === '\\') at++;
			else if (sign === '(') depth++;
			else if (sign === ')' && --depth === 0) return at + 1;
		}
		return null;
	}

	/** By https://spec.commonmark.org/0.31.2/#delimiter-run, without the rule of three. */
	#marks(sign: string, isEnd: boolean): number | null {
		const at = this.#at;
		const end = this.#runEnd(at);
		if (end === this.#text.length && !isEnd) return null;
		const before = this.#text.charAt(at - 1) || this.#before;
		const { opens, closes } = flanks(sign, before, this.#text.charAt(end));
		let count = end - at;
		if (count >= MAX_RUN || (sign === '~' && count !== 2)) return end;
		while (closes && count > 0) {
			const index = this.#open.findLastIndex((open) => open.sign === sign);
			const open = this.#open[index];
			if (open === undefined) break;
			const closed = Math.min(count, open.count);
			count -= closed;
			open.count -= closed;
			this.#open.length = open.count > 0 ? index + 1 : index;
		}
		return opens && count > 0 ? this.#begin({ sign, count, at, end }) : end;
	}
}

const characterAt = (text: string, at: number): string => String.fromCodePoint(text.codePointAt(at) ?? 0);

function flanks(sign: string, before: string, after: string): { opens: boolean; closes: boolean } {
	const [blankBefore, blankAfter] = [before === '' || /\s/.test(before), after === '' || /\s/.test(after)];
	const [pointBefore, pointAfter] = [PUNCTUATION.test(before), PUNCTUATION.test(after)];
	const left = !blankAfter && (!pointAfter || blankBefore || pointBefore);
	const right = !blankBefore && (!pointBefore || blankAfter || pointAfter);
	if (sign !== '_') return { opens: left, closes: right };
	return { opens: left && (!right || pointBefore), closes: right && (!left || pointAfter) };
}
