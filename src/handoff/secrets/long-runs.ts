/** Most texts hold no run of characters as long as a key, and that is found out in one pass. */

/** The shortest run that a shape or an opaque token needs. */
const LONG = 16;
/** All that those runs are made of: `\w` and `+/=.~$:|%@-`. */
const IS_RUN = Uint8Array.from({ length: 128 }, (_, unit) =>
	/[\w+/=.~$:|%@-]/.test(String.fromCharCode(unit)) ? 1 : 0,
);

/** Whether `text` has 16 of these characters in a row. */
export function hasLongRun(text: string): boolean {
	// Any 16 in a row hold one that stands at a sixteenth place.
	for (let at = LONG - 1; at < text.length; at += LONG) {
		if (!isRun(text, at)) continue;
		let [start, end] = [at, at + 1];
		while (start > 0 && isRun(text, start - 1)) start--;
		while (end < text.length && end - start < LONG && isRun(text, end)) end++;
		if (end - start >= LONG) return true;
	}
	return false;
}

const isRun = (text: string, at: number): boolean => IS_RUN[text.charCodeAt(at)] === 1;
