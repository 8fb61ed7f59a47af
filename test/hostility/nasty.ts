import fc from 'fast-check'

/** What people try, or paste without knowing: each is a whole value of its own. */
export const NASTY = [
  '',
  ' ',
  '\u0000',
  '\u0000\u0007\u001b[2J\u001b]0;title\u0007',
  '\ud800',
  'half \udc00 a letter',
  '\u202eevil\u202c',
  '\u2066\u200b\u200d\ufeff\u2069',
  'a\u2028b\u2029c',
  'one\r\ntwo\nthree\rfour',
  '<!channel> <!here> <!everyone> <@U01AUTHOR> <#C01|general>',
  '<https://evil.example|bank.example>',
  '&lt;!channel&gt; &amp;amp;',
  '@everyone @here <@1234567890123456789> <@&1234567890> </draft:1>',
  '[good](https://evil.example) ](https://evil.example)',
  '```\ncode\n``` ` `` **bold** __under__ ~~no~~ ||spoiler||',
  '>>> quote\n# heading\n-# small\n- item',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  "'; drop table posts; --",
  '" or 1=1 --',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: somebody's template, not ours
  '${7*7} {{7*7}} <%= 7*7 %> #{7*7}',
  '%s%n%x %00 %0d%0aSet-Cookie:a=b',
  'a\r\nX-Injected: yes',
  '=cmd|"/c calc"!A1',
  '+1+1',
  '-1+1',
  '@SUM(1+1)',
  '\t=1+1',
  'BEGIN:VEVENT\r\nEND:VCALENDAR',
  'a,b;c\\n"d"',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '../../../etc/passwd',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'http://169.254.169.254/latest/meta-data/',
  '👩‍👩‍👧‍👦🏳️‍🌈',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!',
  'ﷺ'.repeat(20),
  '１２３',
  '-1',
  '0',
  '99999999999999999999',
  '1e309',
  'null',
  'true',
  '[]',
  '{"$ne":null}',
  'x'.repeat(300),
  'word '.repeat(200),
] as const

/** Pieces of what is nasty, in any order. */
export const nastyText = (most = 4): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...NASTY),
    fc
      .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 8 })), {
        maxLength: most,
      })
      .map((pieces) => pieces.join(' ')),
  )
