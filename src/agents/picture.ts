/** A picture that the user's words name, and how it reaches a CLI in a turn without a terminal. Pure. */

export interface Picture {
	/** Absolute, as it is. */
	path: string;
	bytes: number;
	/** SHA-256, hex. */
	sha256: string;
	/** Typed as `@path`; false: as a bare path. */
	isAt: boolean;
}

/**
 * `flag`: `TurnRequest.pictures` gets it. `words`: what follows the user's words; empty: these are enough. `cannot`: why it gets
 * the path alone, as the end of the sentence "NAME gets only the path of shot.png: …".
 */
export type PictureWay = { way: 'flag' } | { way: 'words'; words: string } | { way: 'cannot'; why: string };

export const BY_FLAG: PictureWay = { way: 'flag' };
/** The user's own words are enough. */
export const AS_TYPED: PictureWay = { way: 'words', words: '' };
export const cannotTake = (why: string): PictureWay => ({ way: 'cannot', why });
