import { expect, test } from 'vitest';
import { escapeHtml, tourPage } from './tour-page.ts';

test('a file name cannot become markup', () => {
  expect(escapeHtml(`<img src=x onerror="a('&')">`)).toBe('&lt;img src=x onerror=&quot;a(&#39;&amp;&#39;)&quot;&gt;');
  expect(tourPage('<script>alert(1)</script>', [], () => '')).not.toContain('<script>');
});
