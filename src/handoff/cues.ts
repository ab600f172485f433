/**
 * Words by which people of several languages mark a choice, a refusal, a reason, a gap, a next step, a question or a result.
 * A cue raises a sentence; it is never needed for one: rarity, place and ties to the work count in any language.
 */

export type Cue =
	| 'decision'
	| 'rejection'
	| 'reason'
	| 'gap'
	| 'next'
	| 'question'
	| 'result'
	| 'fix'
	| 'rule';

/** `|` separates alternatives. `!` at the start: hardly said for anything else. `~` at an end: the word goes on there. */
const WORDS: Record<Cue, string> = {
	decision: `!decid~|decision|!chose|chosen|choose|choosing|choice|!picked|pick|!opted|opt for|!settled on|settle on|!went with|go with|going with|went for|in favor of|in favour of|prefer~|instead of|rather than|over the|stick with|stuck with|design|trade off|tradeoff|approach|!switched to|replaced~|
		!entschied~|entscheid~|!gewählt|wähle|wahl|nehme|genommen|statt~|anstatt|anstelle|lieber|bevorzug~|setze auf|!festgelegt|!beschlossen|
		!décid~|!choisi~|choix|!opté|plutôt que|au lieu de|préfér~|!retenu|
		!decid~|!elegi~|!elijo|!escog~|!opté|opto|opta|optei|en lugar de|en vez de|prefer~|decisión|
		!scelt~|!scelgo|!deciso|invece di|anziché|preferi~|!escolh~|em vez de|decisão|!gekozen|kies|!besloten|in plaats van|!wybra~|zamiast|!zdecydow~|valt~|
		!решил~|!выбра~|вместо|предпоч~|!seçtim|karar~|yerine|tercih`,
	rejection: `!reject~|!ruled out|rule out|!discard~|!dismiss~|!abandon~|dropped|drop|avoid~|!decided against|against|declin~|not use|won't|will not|did not use|did not take|didn't use|didn't take|tried|considered|thought about|thought of|looked at|no longer|!turned down|skipped|unsuitable|ruled|!backed out|revert~|
		!verworf~|verwerf~|!verwarf|!abgelehnt|!ausgeschlossen|dagegen|nicht verwend~|verzicht~|gegen|vermied~|!scheidet aus|überlegt|erwogen|!kommt nicht in frage|
		!rejet~|!écart~|!abandonn~|exclu~|!renonc~|évit~|envisag~|
		!rechaz~|!descart~|evit~|!abandon~|no us~|!scartat~|!escluso|evitat~|!rejeit~|!descartei|!verworpen|!afgewezen|!odrzuci~|
		!отверг~|отказал~|!отброс~|исключ~|не стал~|!reddet~|!vazgeç~`,
	reason: `because|since|due to|so that|otherwise|as it|would have|reason~|that way|in order to|therefore|to avoid|which would|as they|for the sake|too slow|too large|too heavy|too much|would|
		weil|denn|da|damit|sonst|wegen|grund|deshalb|daher|
		parce que|car|puisque|sinon|afin|à cause|raison|
		porque|ya que|para que|debido|pues|razón|perché|poiché|altrimenti|pois|omdat|want|anders|ponieważ|bo|żeby|
		потому|так как|чтобы|иначе|поскольку|çünkü|için`,
	gap: `!known gap~|gap|gaps|!left for later|left out|heads up|nobody|limitation~|!caveat~|not handled|not supported|not covered|not tested|not implemented|not done|not verified|not working|not finished|not fixed|not wired|not ready|!untested|!unverified|missing|still fail~|still open|still red|still broken|still missing|still not|still need~|does not handle|does not work|does not cover|does not support|doesn't|do not yet|lost|broken|workaround|risk~|careful|warning|beware|!not yet|fail|fails|failing|red|todo|fixme|bug|flaky|!edge case|incomplete|unsolved|!known issue|leak~|stub~|mocked|hardcoded|hard coded|temporar~|
		!lücke~|!bekannte~|fehlt|fehlen|!noch nicht|nicht getestet|nicht abgedeckt|nicht unterstützt|nicht behandelt|einschränkung~|achtung|vorsicht|risik~|kaputt|schlägt fehl|offen~|!ungetestet|
		lacune~|manqu~|!pas encore|limite~|attention|risque~|échou~|cassé|non testé|non géré|
		falta~|!todavía no|!aún no|limitación~|cuidado|riesgo~|falla~|roto|pendiente|manca~|!non ancora|limite|attenzione|!ainda não|faltando|ontbreekt|!nog niet|brakuje|!jeszcze nie|
		не хватает|!ещё не|!еще не|!пока не|огранич~|осторож~|пробел|не работает|eksik|!henüz|dikkat`,
	next: `next|!next step|!next steps|then|afterward|afterwards|after that|remain~|!left to do|still to|to do|will now|now i|i will|i'll|going to|follow up|followup|upcoming|what is left|what's left|rest is|before that|first i|finally|outstanding|continue with|plan is|
		!als nächst~|nächste~|danach|anschließend|dann|bleibt|verbleib~|noch zu|werde|restlich~|
		ensuite|prochain~|puis|reste~|après|à faire|je vais|
		siguiente~|luego|después|a continuación|queda~|voy a|prossim~|poi|resta|vou|próxim~|a seguir|volgende|daarna|następn~|potem|dalej|
		дальше|далее|следующ~|затем|осталось|потом|sonraki|sonra`,
	question: `!open question|!open questions|question~|should i|should we|should it|should this|should the|shall i|shall we|do you want|do you prefer|do you need|would you|tell me if|tell me whether|please confirm|please decide|please tell|please choose|!let me know whether|!let me know which|!let me know if|!your call|up to you|need your|needs your|unclear|not sure whether|not sure if|not sure which|until you say|until you decide|until you tell|which one|which of|waiting for you|waiting for your|confirm whether|
		!offene frage|!offene fragen|offen ist|frage~|soll ich|sollte ich|sollen wir|soll das|soll die|soll der|soll es|sollte das|möchtest|willst|bitte entscheid~|bitte bestätig~|bitte sag~|unklar|!rückfrage|sag bescheid|
		question~|dois-je|faut-il|voulez|veux-tu|souhait~|à confirmer|préférez|
		pregunta~|debería~|debo|quieres|prefieres|confirma~|domanda~|devo|vuoi|preferisci|pergunta~|devo|você quer|vraag|moet ik|wil je|pytanie|
		вопрос~|нужно ли|стоит ли|следует ли|хотите|soru|ister misin~`,
	result: `pass|passes|passed|passing|green|works|succeed~|fail|fails|failed|failing|red|exit|
		grün|besteht|bestanden|läuft|rot|fehlgeschlagen|réussi~|passent|vert|échec|pasan|verde|rojo|passano|verdi|passam|slaagt|зелен~|проход~|упал~|geçti`,
	fix: `!root cause|caused by|the cause|!turned out|found that|it was|the bug|the problem|fixed|the fix|solved|discovered|noticed|
		ursache|lag an|!stellte sich heraus|behoben|der fehler|das problem|cause|corrigé|le problème|causa|arreglado|corregido|el problema|corretto|corrigido|oorzaak|причин~|исправ~|оказал~|neden~|düzelt~`,
	rule: `must|never|always|only|require~|constraint~|invariant|guarantee~|assum~|agreed|convention|contract|
		muss|müssen|nie|niemals|immer|nur|annahme|vereinbart|doit|jamais|toujours|seulement|suppos~|debe~|nunca|siempre|solo|sólo|supong~|deve|mai|sempre|moet|nooit|altijd|
		должен|должн~|никогда|всегда|только|предполаг~|asla|her zaman`,
};

/** Scripts without spaces between words: matched anywhere. */
const SCRIPT_WORDS: Record<Cue, string> = {
	decision: '决定|选择|选用|采用|而不是|代替|決め|決定|選択|採用|選び|代わりに|결정|선택|대신',
	rejection: '放弃|拒绝|排除|不使用|没有采用|否决|却下|見送|やめ|使わない|除外|거부|제외|포기',
	reason: '因为|由于|否则|以免|ため|ので|なぜなら|から|때문|므로',
	gap: '缺|尚未|还没|未处理|未测试|限制|已知问题|注意|未対応|まだ|未実装|制限|既知|不足|아직|누락|제한|주의',
	next: '下一步|接下来|然后|剩下|之后|次に|次は|残り|その後|これから|다음|이후|남은',
	question: '问题|是否|要不要|请确认|吗|質問|でしょうか|ますか|べきか|確認|질문|할까요|인가요',
	result: '通过|失败|成功|全部|成功|失敗|通過|通り|통과|실패|성공',
	fix: '原因|修复|发现|修正|根本|判明|원인|수정',
	rule: '必须|不得|始终|只|总是|必ず|常に|のみ|禁止|반드시|항상|만',
};

const CUES: readonly Cue[] = [
	'decision',
	'rejection',
	'reason',
	'gap',
	'next',
	'question',
	'result',
	'fix',
	'rule',
];

interface Sign {
	cue: Cue;
	isStrong: boolean;
}

interface Table {
	exact: Map<string, Sign[]>;
	/** Beginnings of words, by the beginning. */
	prefixes: Map<string, Sign[]>;
	/** Phrases of two words and more, by their first word. */
	phrases: Map<string, Array<{ rest: string; sign: Sign }>>;
}

const MIN_PREFIX = 2;
const MAX_PREFIX = 14;
const TABLE = buildTable();
// Word tables instead of one expression: the expressions took 70 ms to compile, the tables take 1.
const SCRIPTS = CUES.map((cue) => ({ cue, words: SCRIPT_WORDS[cue].split('|') }));

function buildTable(): Table {
	const table: Table = { exact: new Map(), prefixes: new Map(), phrases: new Map() };
	for (const cue of CUES)
		for (const marked of WORDS[cue].split('|').map((word) => word.trim())) {
			const isStrong = marked.startsWith('!');
			const entry = isStrong ? marked.slice(1) : marked;
			const sign = { cue, isStrong };
			const space = entry.indexOf(' ');
			if (entry === '') continue;
			if (space > 0) addTo(table.phrases, entry.slice(0, space), { rest: entry.slice(space), sign });
			else if (entry.endsWith('~')) addTo(table.prefixes, entry.slice(0, -1), sign);
			else addTo(table.exact, entry, sign);
		}
	return table;
}

/** What one word says by itself or by its beginning. */
function signsOf(word: string): readonly Sign[] {
	const found = TABLE.exact.get(word)?.slice() ?? [];
	for (let size = MIN_PREFIX; size <= Math.min(MAX_PREFIX, word.length); size++) {
		const signs = TABLE.prefixes.get(word.slice(0, size));
		if (signs) found.push(...signs);
	}
	return found;
}

function addTo<T>(map: Map<string, T[]>, key: string, value: T): void {
	const values = map.get(key);
	if (values) values.push(value);
	else map.set(key, [value]);
}

export interface Cues {
	all: Set<Cue>;
	/** Those by a word that is hardly said for anything else, or that labels the sentence (`Next: …`). */
	strong: Set<Cue>;
}

export const NO_CUES: Cues = { all: new Set(), strong: new Set() };

const MAX_LABEL = 60;
/** A few words and a colon, as in `Known gap: …`. */
const LABEL = /^[^\p{L}\p{N}]*((?:[\p{L}\p{N}'’-]+ ?){1,4}) ?[:：]/u;

/** `words`: the sentence's words in lower case, in order. */
export function cuesOf(sentence: string, words: readonly string[]): Cues {
	const found = findCues(sentence, words);
	const colon = sentence.slice(0, MAX_LABEL).search(/[:：]/);
	const label = colon < 0 ? undefined : LABEL.exec(sentence.slice(0, colon + 1))?.[1];
	if (label !== undefined)
		for (const cue of findCues(label, label.toLowerCase().match(/[\p{L}\p{N}_']+/gu) ?? []).all)
			found.strong.add(cue);
	return found;
}

function findCues(text: string, words: readonly string[]): Cues {
	const found: Cues = { all: new Set(), strong: new Set() };
	const add = ({ cue, isStrong }: Sign) => {
		found.all.add(cue);
		if (isStrong) found.strong.add(cue);
	};
	const line = ` ${words.join(' ')} `;
	let at = 0;
	for (const word of words) {
		at += 1 + word.length;
		for (const sign of signsOf(word)) add(sign);
		for (const { rest, sign } of TABLE.phrases.get(word) ?? [])
			if (line.startsWith(rest.endsWith('~') ? rest.slice(0, -1) : `${rest} `, at)) add(sign);
	}
	if (/[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]/.test(text))
		for (const { cue, words } of SCRIPTS)
			if (words.some((word) => text.includes(word))) add({ cue, isStrong: false });
	return found;
}
