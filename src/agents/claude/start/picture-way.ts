import { AS_TYPED, cannotTake, type Picture, type PictureWay } from '../../picture.ts';

/** For a larger one `@path` sends nothing and says nothing (measured with 2.1.332); its Read tool makes it smaller. */
const MAX_AT_BYTES = 256 * 1024;

export function pictureWay({ path, bytes, isAt }: Picture): PictureWay {
	if (path.includes('"')) return cannotTake('there is a quotation mark in its name');
	if (bytes > MAX_AT_BYTES) return { way: 'words', words: `Read the image "${path}".` };
	return isAt ? AS_TYPED : { way: 'words', words: `@"${path}"` };
}
