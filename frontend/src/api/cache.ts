/** Least recently used entries, bounded by the bytes they stand for. */

interface Entry {
  readonly version: string;
  readonly etag: string;
  readonly value: unknown;
  readonly size: number;
}

export class Cache {
  private readonly entries = new Map<string, Entry>();
  private total = 0;

  constructor(private readonly capacity: number) {}

  /** Bytes held. */
  get size(): number {
    return this.total;
  }

  get(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry) {
      this.entries.delete(key);
      this.entries.set(key, entry);
    }
    return entry;
  }

  /** Adds or replaces; the oldest make room. One larger than the capacity is not kept. */
  put(key: string, entry: Entry): void {
    this.remove(key);
    if (entry.size > this.capacity) return;
    this.entries.set(key, entry);
    this.total += entry.size;
    for (const oldest of this.entries.keys()) {
      if (this.total <= this.capacity) break;
      this.remove(oldest);
    }
  }

  private remove(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.total -= entry.size;
  }
}
