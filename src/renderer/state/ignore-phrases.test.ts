import { describe, expect, it } from 'vitest';
import { leftOutLine, passedLine, patternsOf, previewLine, ruleName, typedRule } from './ignore-phrases.ts';

describe('rules as they are typed and named', () => {
  it('takes what is a rule, and nothing else', () => {
    expect(typedRule('pattern', ' *.png ')).toEqual({ kind: 'pattern', pattern: '*.png' });
    expect(typedRule('pattern', '  ')).toBeNull();
    expect(typedRule('folder', 'Thumbs')).toEqual({ kind: 'folder', name: 'Thumbs' });
    expect(typedRule('folder', 'a/b')).toBeNull();
    expect(typedRule('size', '2.5')).toEqual({ kind: 'size', bytes: 2500 });
    expect(typedRule('size', '1,000')).toEqual({ kind: 'size', bytes: 1_000_000 });
    for (const text of ['', 'x', '0', '-3', '1e12']) expect(typedRule('size', text)).toBeNull();
  });

  it('says what a rule leaves out', () => {
    expect(ruleName({ kind: 'size', bytes: 2500 })).toBe('Files smaller than 2.5 kB');
    expect(leftOutLine([{ kind: 'file', path: '/photos/a.pdf' }])).toBe('a.pdf: left out from now on.');
    const preview = { files: 12, pictures: 1, examples: [], complete: true };
    expect(previewLine(preview)).toBe('12 files would be left out, 1 picture among them.');
    expect(previewLine({ ...preview, pictures: 0, complete: false })).toMatch(/no picture .* it may be more\.$/);
    expect(previewLine({ ...preview, files: 0 })).toBe('Nothing would be left out.');
    expect(passedLine({ files: 1, folders: 2 })).toBe('2 folders and 1 file');
    expect(passedLine({ files: 0, folders: 0 })).toBe('nothing here');
  });

  it('proposes the endings of files, the most frequent first', () => {
    const paths = ['/p/a.PDF', '/p/b.pdf', '/p/c.txt', '/p/none', '/p/.hidden', '/p.d/none'];
    expect(patternsOf(paths)).toEqual([
      { pattern: '*.pdf', count: 2 },
      { pattern: '*.txt', count: 1 },
    ]);
  });
});
