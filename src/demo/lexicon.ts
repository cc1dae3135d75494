const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const weighted = (lists: readonly (readonly [number, string])[]): ReadonlyMap<string, number> =>
	new Map(lists.flatMap(([weight, text]) => words(text).map((word) => [word, weight] as const)));

/** What single words say of a coffee, positive or negative, in the languages of the sample. Lower case. */
export const wordWeights = weighted([
	[
		3,
		`amazing awesome best brilliant delicious excellent exceptional exquisite fantastic incredible love
		magnificent outstanding perfect stunning superb terrific unbeatable wonderful`,
	],
	[
		2,
		`beautiful beautifully beats better delicate delightful elegant enjoy enjoyed favourite favorite good
		great happy hooked impressed joy lovely loved nice outdoes outperforms pleasant pleasantly pleasure
		recommend recommended reliable rich satisfied silky smooth superior tasty treat velvet velvety worth wow yum
		yummy`,
	],
	[
		1,
		`approves applause aromatic balanced bright caramel charm chocolate chocolatey clean comforting complex
		creamy decent fair fine floral fragrant fresh freshly fruity gentle glad harmonious honest honey juicy
		liked lively mild nutty quick round solid strong sweet sweetness thank thanks`,
	],
	[
		-1,
		`advert advertising average broken flat grassy harsh headache hype marketing mediocre oily pale
		papery sceptical skeptical smoky thin unbalanced uneven watered weak`,
	],
	[
		-2,
		`acrid ashy avoid bad bitter bland boring burnt burned cardboard clogged complaint dull dusty fake foul
		hated hate hates lifeless muddy musty overhyped overpriced poor poorly refund regret rubber soap soapy sour
		stale torn tasteless underwhelming unpleasant upset waste watery worse wrong`,
	],
	[
		-3,
		`ashtray awful disappointed disappointing disappointment disgusting dreadful garbage gross horrible
		inedible mouldy moldy rancid revolting rubbish terrible undrinkable worst`,
	],
	// German
	[3, `beste besten bester hervorragend perfekt wunderbar traum`],
	[
		2,
		`aromatisch empfehlen empfehlenswert gut guter gutes herrlich köstlich lecker lieblingskaffee unschlagbar`,
	],
	[1, `blumig fein frisch mild nussig`],
	[
		-2,
		`bitter enttäuschend enttäuscht fad sauer scheußlich schlecht schlechter teuer verbrannt wässrig`,
	],
	// Polish
	[3, `doskonała najlepsza pyszna rewelacja rewelacyjna świetna`],
	[2, `aromatyczna delikatna dobra polecam smaczna`],
	[1, `aromatu łagodna smaku zapachu świeża`],
	[-2, `gorzka kwaśna okropna słaba szkoda zwietrzała`],
	// French
	[3, `délicieux délicieuse excellent magnifique parfait`],
	[2, `bon bonne plaisir recommande savoureux`],
	[1, `arôme parfumé rond`],
	[-2, `amer brûlé déçu décevant mauvais éviter`],
	[-3, `dégoûtant`],
	// Spanish, Italian, Portuguese
	[3, `delicioso deliciosa excelente increíble ottimo perfetto incrível`],
	[2, `bueno bom buono cremoso equilibrado gustoso recomiendo recomendo rico suave`],
	[1, `aroma doce fresco intenso`],
	[-2, `amargo amaro aguado decepcionado flojo malo mau pésimo ruim`],
	// Ukrainian, Swedish
	[2, `рекомендую смачна смачний чудова gott gärna`],
	[1, `ароматна приємним`],
	[-2, `гірка погана beskt dåligt`],
]);

/** Turns of phrase that say more, or other, than their words. Judged before them; lower case, `'` for an apostrophe. */
export const phraseWeights: readonly (readonly [string, number])[] = [
	["can't get enough", 3],
	['could not be happier', 3],
	["couldn't be happier", 3],
	['out of this world', 3],
	['not to love', 3],
	['nothing but praise', 3],
	['i like', 1],
	['did not like', -2],
	["didn't like", -2],
	['not bad', 1],
	['not the cheapest', 0],
	['no worse', 0],
	['not worth', -3],
	['no better', -3],
	['not better', -3],
	['nothing above', -3],
	['nothing better', -2],
	['nothing special', -2],
	['nothing to write home', -2],
	['never again', -4],
	['not again', -3],
	['tasted of nothing', -3],
	['not be back', -3],
	['waste of money', -3],
	['waste of time', -3],
	['would not buy', -3],
	["wouldn't buy", -3],
	['threw it away', -3],
	['was excellent', 1],
	['nie wieder', -4],
	['nicht zu empfehlen', -4],
	['bez goryczy', 1],
	['me ha decepcionado', -3],
	['no lo volvería', -3],
	['素晴らし', 3],
	['最高', 3],
	['美味し', 3],
	['おいし', 3],
	['まろやか', 2],
	['楽しみ', 2],
	['まずい', -3],
	['がっかり', -3],
	['残念', -2],
];

/** Turn what follows within the same clause into its opposite. */
export const negators: ReadonlySet<string> = new Set(
	words(
		`not no never neither nor without hardly barely nicht kein keine keinen nie ohne kaum bez pas jamais sans
		non mai senza sin nunca sem não inte utan не без`,
	),
);

export const intensifiers: ReadonlySet<string> = new Set(
	words(
		`very really so truly absolutely highly extremely simply too sehr viel zu bardzo très muy molto muito mycket`,
	),
);

/** Begin a clause that weighs more than the one before: "nice smell, but …". */
export const turns: ReadonlySet<string> = new Set(
	words(`but however yet though still aber mais pero ma mas але`),
);
