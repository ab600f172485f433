/** The first `maxChars` UTF-16 units of `text`, never ending in half a character. */
export function cutText(text: string, maxChars: number): string {
	if (text.length <= maxChars) return text;
	const last = text.charCodeAt(maxChars - 1);
	return text.slice(0, last >= 0xd800 && last < 0xdc00 ? maxChars - 1 : maxChars);
}

/** As `cutText`, with `…` in place of what was cut. */
export function ellipsis(text: string, maxChars: number): string {
	return text.length <= maxChars ? text : `${cutText(text, maxChars - 1)}…`;
}
