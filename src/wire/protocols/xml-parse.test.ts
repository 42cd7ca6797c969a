import { describe, expect, test } from 'vitest';
import { WireFault } from '../fault.ts';
import { parseXml } from './xml-parse.ts';

describe('the XML reader', () => {
  test.each([
    ['<a/>', { name: 'a', children: [], text: '' }],
    [
      '\ufeff<?xml version="1.0"?>\n<!-- c --><x:a xmlns:x="u" b=\'>\'>t</x:a>\n',
      { name: 'a', children: [], text: 't' },
    ],
    ['<a>1<b/>2</a>', { name: 'a', children: [{ name: 'b', children: [], text: '' }], text: '12' }],
    [
      '<a>&lt;&#65;&#x1F600;&amp;&apos;&quot;&gt;</a>',
      { name: 'a', children: [], text: '<A😀&\'">' },
    ],
    ['<a>1\r\n2</a>', { name: 'a', children: [], text: '1\n2' }],
    ['<a><![CDATA[<b>&amp;]]></a >', { name: 'a', children: [], text: '<b>&amp;' }],
  ])('reads %s', (source, element) => {
    expect(parseXml(source)).toEqual(element);
  });

  test.each([
    ['nothing', ''],
    ['text alone', 'hello'],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an unknown entity', '<a>&nbsp;</a>'],
    ['an entity named as a property of objects', '<a>&toString;</a>'],
    ['a lone ampersand', '<a>b & c</a>'],
    ['a character that XML has not', '<a>&#0;</a>'],
    ['half a surrogate pair', '<a>&#xD800;</a>'],
    ['an element that is not closed', '<a><b></a>'],
    ['an element that was not opened', '</a>'],
    ['two roots', '<a/><b/>'],
    ['an attribute that stands twice', '<a b="1" b="2"/>'],
    ['the end of a CDATA section in a text', '<a>]]></a>'],
    ['a control character', '<a>\u0001</a>'],
    ['a declaration that is not at the beginning', '<a/><?xml version="1.0"?>'],
    ['text after the root', '<a/>b'],
    ['an attribute without quotes', '<a b=c/>'],
    ['a name that is none', '<1/>'],
    ['a tag that does not end', '<a b="'],
    ['a comment that does not end', '<a><!-- '],
    ['elements nested too deep', '<a>'.repeat(65) + '</a>'.repeat(65)],
    ['more elements than anybody needs', `<a>${'<b/>'.repeat(100_001)}</a>`],
  ])('refuses %s', (_what, source) => {
    const fault = parseXml(source);
    expect(fault).toBeInstanceOf(WireFault);
    expect(fault).toMatchObject({ code: 'MalformedInput', status: 400 });
  });

  test('reads 64 levels', () => {
    expect(parseXml('<a>'.repeat(64) + '</a>'.repeat(64))).not.toBeInstanceOf(WireFault);
  });
});
