/** Which lines of a claude transcript are still part of the conversation: a prompt can be taken back and replaced. */
import { type JsonObject, textOrNull } from '../../agents/reading/json-fields.ts';

interface Link {
	parent: string | null;
	/** The line of the main conversation before it, for files in which a parent is missing. */
	before: string | null;
}

export class ClaudeBranch {
	readonly #links = new Map<string, Link>();
	#last: string | null = null;
	#chain: Set<string> | null = null;

	add(line: JsonObject): void {
		const uuid = textOrNull(line.uuid);
		if (uuid === null || line.isSidechain === true) return;
		const isBoundary = line.subtype === 'compact_boundary';
		const parent = textOrNull(line.parentUuid) ?? (isBoundary ? textOrNull(line.logicalParentUuid) : null);
		this.#links.set(uuid, { parent: parent ?? (isBoundary ? this.#last : null), before: this.#last });
		if (line.type === 'user' || line.type === 'assistant') this.#last = uuid;
	}

	has(uuid: string): boolean {
		return this.#links.has(uuid);
	}

	/** Once all lines were added. */
	isInForce(uuid: string): boolean {
		this.#chain ??= this.#walk();
		return this.#chain.has(uuid);
	}

	/** From the newest line up to a beginning; a cleared conversation has a second one. */
	#walk(): Set<string> {
		const chain = new Set<string>();
		for (let at = this.#last; at !== null && !chain.has(at); ) {
			chain.add(at);
			const link: Link | undefined = this.#links.get(at);
			const parent = link?.parent ?? null;
			at = parent === null || this.#links.has(parent) ? parent : (link?.before ?? null);
		}
		return chain;
	}
}
