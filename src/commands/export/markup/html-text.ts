/** HTML whose every piece of text is escaped: what is not `Html` itself is text of others. */

export interface Html {
	/** Well-formed. */
	readonly html: string;
}

type Piece = Html | string | number | null | readonly Piece[];

/** `` html`<b>${text}</b>` ``: text is escaped, `Html` stands as it is, null is nothing. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
	let whole = parts[0] ?? '';
	pieces.forEach((piece, at) => {
		whole += pieceText(piece) + (parts[at + 1] ?? '');
	});
	return { html: whole };
}

function pieceText(piece: Piece): string {
	if (piece === null) return '';
	if (typeof piece === 'string' || typeof piece === 'number') return escapeHtml(String(piece));
	return 'html' in piece ? piece.html : piece.map(pieceText).join('');
}

/** For an element's text and for values of attributes in double quotes. */
export function escapeHtml(text: string): string {
	return text
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('"', '&quot;')
		.replaceAll("'", '&#39;');
}
