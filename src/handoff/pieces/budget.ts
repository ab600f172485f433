/** Chooses the pieces of a packet: by priority, each in the largest form that fits. */

export interface Piece<Data = unknown> {
	section: string;
	/** Higher goes first; ties go by `order`. */
	priority: number;
	/** Position within its section. */
	order: number;
	/** Finished Markdown, largest first; the first is the whole piece. */
	variants: readonly string[];
	/** A label line that is paid once for all chosen pieces with the same key. */
	group?: { key: string; text: string };
	data: Data;
}

export interface Choice<P extends Piece = Piece> {
	piece: P;
	/** Index into `variants`; 0 is the whole. */
	variant: number;
}

export const byteLength = (text: string) => Buffer.byteLength(text);

/** A filling in progress: the choices so far and their cost, to the byte. */
export class Selection<P extends Piece> {
	readonly #chosen: Map<P, number>;
	readonly #groups: Set<string>;
	readonly #sizes: Map<P, number[]>;
	readonly #sectionBytes: (section: string) => number;
	used: number;

	/** `sectionBytes`: the cost of a section with its first piece. `from`: a filling to continue from; it stays unchanged. */
	constructor(sectionBytes: (section: string) => number, from?: Selection<P>) {
		this.#sectionBytes = sectionBytes;
		this.#chosen = new Map(from ? from.#chosen : []);
		this.#groups = new Set(from ? from.#groups : []);
		this.#sizes = from ? from.#sizes : new Map();
		this.used = from ? from.used : 0;
	}

	/**
	 * Offers pieces up to `maxBytes` more than now. Pieces already chosen may grow to a larger variant. `maxFirst` bounds one piece
	 * in this round.
	 */
	fill(pieces: readonly P[], maxBytes: number, maxFirst = Number.POSITIVE_INFINITY): void {
		const end = this.used + Math.max(0, maxBytes);
		const ranked = pieces
			.map((piece, at) => ({ piece, at }))
			.sort((a, b) => b.piece.priority - a.piece.priority || a.at - b.at);
		for (const { piece } of ranked) {
			const sizes = this.#sizesOf(piece);
			const now = this.#chosen.get(piece);
			const paid = now === undefined ? 0 : (sizes[now] ?? 0);
			const label = this.#firstOf(piece);
			const best = sizes.findIndex(
				(size, index) =>
					(now === undefined || index < now) && size <= maxFirst && this.used + size - paid + label <= end,
			);
			if (best < 0) continue;
			this.used += (sizes[best] ?? 0) - paid + label;
			this.#chosen.set(piece, best);
			this.#groups.add(piece.section);
			if (piece.group) this.#groups.add(piece.group.key);
		}
	}

	/** Chosen pieces in the order of `pieces`. */
	choices(pieces: readonly P[]): Choice<P>[] {
		return pieces.flatMap((piece) => {
			const variant = this.#chosen.get(piece);
			return variant === undefined ? [] : [{ piece, variant }];
		});
	}

	variantOf(piece: P): number | undefined {
		return this.#chosen.get(piece);
	}

	/** Bytes that come with the first piece of a section or a group. */
	#firstOf({ section, group }: P): number {
		const label = group && !this.#groups.has(group.key) ? byteLength(group.text) : 0;
		return label + (this.#groups.has(section) ? 0 : this.#sectionBytes(section));
	}

	#sizesOf(piece: P): number[] {
		const known = this.#sizes.get(piece);
		if (known) return known;
		const sizes = piece.variants.map(byteLength);
		this.#sizes.set(piece, sizes);
		return sizes;
	}
}
