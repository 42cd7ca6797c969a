/** Letters that carry no separate mark, in the way they are commonly written without them. */
const unmarked: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  ð: 'd',
  ø: 'o',
  þ: 'th',
  đ: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  œ: 'oe',
};

/** Small letters without accents, and one space for all that is neither letter nor digit of the Latin script. */
export const plainText = (text: string): string =>
  text
    .normalize('NFD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .replaceAll(/[ßæðøþđħıłœ]/g, (letter) => unmarked[letter] ?? '')
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();
