import { sep } from 'node:path';
import { ignoreRule, type IgnoreRule, type KeptIgnoreRule } from '../../contract/ignore-schemas.ts';
import type { Queries } from './queries.ts';

interface RuleRow {
  readonly id: number;
  readonly kind: string;
  readonly value: string;
  readonly since: string;
}

/** The rules about what is left out of the library. */
export class IgnoreStore {
  readonly #queries: Queries;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** In the order in which they were made. */
  all(): KeptIgnoreRule[] {
    const rows = this.#queries.all<RuleRow>('SELECT id, kind, value, since FROM ignore_rule ORDER BY id');
    return rows.map(({ id, kind, value, since }) => ({ id, rule: parseRule(kind, value), since }));
  }

  /** Adds rules, all or none; those that are there already stay as they are. Gives them as they are kept. */
  add(rules: readonly IgnoreRule[]): KeptIgnoreRule[] {
    const since = new Date().toISOString();
    return this.#queries.transaction(() =>
      rules.map((rule) => {
        const value = valueOf(rule);
        this.#queries.run(
          'INSERT OR IGNORE INTO ignore_rule (kind, value, since) VALUES (?, ?, ?)',
          rule.kind,
          value,
          since,
        );
        const of = 'SELECT id, kind, value, since FROM ignore_rule WHERE kind = ? AND value = ?';
        const row = this.#queries.get<RuleRow>(of, rule.kind, value);
        if (!row) throw new Error('a rule that was stored is not there');
        return { id: row.id, rule, since: row.since };
      }),
    );
  }

  /** Removes rules; gives those that there were. */
  remove(ids: readonly number[]): KeptIgnoreRule[] {
    const wanted = new Set(ids);
    return this.#queries.transaction(() => {
      const removed = this.all().filter(({ id }) => wanted.has(id));
      for (const { id } of removed) this.#queries.run('DELETE FROM ignore_rule WHERE id = ?', id);
      return removed;
    });
  }

  /** The folder that files lie in is at another place: rules of single files go with it. */
  relocate(from: string, to: string): void {
    const start = from.endsWith(sep) ? from : from + sep;
    this.#queries.run(
      `UPDATE OR REPLACE ignore_rule SET value = ? || substr(value, ?) WHERE kind = 'file' AND substr(value, 1, ?) = ?`,
      to.endsWith(sep) ? to : to + sep,
      start.length + 1,
      start.length,
      start,
    );
  }
}

function valueOf(rule: IgnoreRule): string {
  switch (rule.kind) {
    case 'file':
      return rule.path;
    case 'pattern':
      return rule.pattern;
    case 'folder':
      return rule.name;
    case 'size':
      return String(rule.bytes);
  }
}

function parseRule(kind: string, value: string): IgnoreRule {
  return ignoreRule.parse({ kind, path: value, pattern: value, name: value, bytes: Number(value) });
}
