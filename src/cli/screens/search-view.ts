import type { SearchSource } from '../../commands/search/search-source.ts';
import { runSearchScreen, type SearchEnd } from '../../shell/search/search-screen.ts';
import type { LiveParts } from '../live.ts';
import { fullScreenOptions } from './full-screen-options.ts';

/** The full screen of `search`. */
export async function openSearchView(source: SearchSource, parts: LiveParts): Promise<SearchEnd> {
	return runSearchScreen({ source, ...(await fullScreenOptions(parts)) });
}
