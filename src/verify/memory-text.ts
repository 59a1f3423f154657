import { KeySet } from './key-set.ts';
import type { Memory } from './memory.ts';

/** A memory as JSON holds it. */
export interface MemoryText extends Omit<Memory, 'names'> {
  readonly names: string;
}

export function memoryToText(memory: Memory): MemoryText {
  return { ...memory, names: memory.names.toText() };
}

/** Back from JSON that this program wrote: its seal stands for its shape. JSON leaves out what is undefined. */
export function memoryFromText(text: MemoryText): Memory {
  const { from, until } = text.span;
  return { ...text, span: { from, until }, names: KeySet.fromText(text.names) };
}
