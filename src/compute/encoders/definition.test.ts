import { describe, expect, it } from 'vitest';
import { downloadBytes, encoderDefinition } from './definition.ts';
import { ENCODER_REGISTRY, registeredEncoder } from './registry.ts';

const clip = registeredEncoder('clip-vit-base-patch32');

describe('the definition of an encoder', () => {
  it.each(['../escape', '/etc/passwd', 'C:/x', 'a\\b', 'a//b', 'a/./b', 'a/../b', ''])('has no file at %j', (path) => {
    const files = clip.files.map((file, i) => (i === 0 ? { ...file, path } : file));
    expect(encoderDefinition.safeParse({ ...clip, files }).success).toBe(false);
  });

  it.each(['..', 'Ä', 'a/b', '.hidden', 'UPPER', ''])('has no id %j', (id) => {
    expect(encoderDefinition.safeParse({ ...clip, id }).success).toBe(false);
  });

  it('has one vision model, and what reading words takes', () => {
    const without = (role: string): unknown => ({ ...clip, files: clip.files.filter((file) => file.role !== role) });
    for (const role of ['vision', 'text', 'tokenizer']) {
      expect(encoderDefinition.safeParse(without(role)).success).toBe(false);
    }
    expect(encoderDefinition.safeParse(without('config')).success).toBe(true);
  });

  it('survives JSON', () => {
    for (const definition of ENCODER_REGISTRY) {
      expect(encoderDefinition.parse(JSON.parse(JSON.stringify(definition)))).toEqual(definition);
    }
  });

  it('says how large the download is', () => {
    expect(downloadBytes(clip)).toBeGreaterThan(400e6);
    expect(downloadBytes(registeredEncoder('builtin'))).toBe(0);
  });
});
