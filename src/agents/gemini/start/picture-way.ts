import { isAbsolute, relative } from 'node:path';
import { AS_TYPED, cannotTake, type Picture, type PictureWay } from '../../picture.ts';

/** `@path` works inside its folder only (measured with 0.61.0); blanks are escaped. */
export function pictureWay({ path, isAt }: Picture, folder: string): PictureWay {
	const within = relative(folder, path);
	if (within.startsWith('..') || isAbsolute(within))
		return cannotTake('it is outside the folder of the turn');
	if (isAt) return AS_TYPED;
	if (!/^[\w./ -]+$/.test(within)) return cannotTake('its name cannot be written in a prompt');
	return { way: 'words', words: `@${within.replace(/ /g, '\\ ')}` };
}
