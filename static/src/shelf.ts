/** What must outlive a page: calls, their events and their recordings' parts, in IndexedDB; in memory where that fails. */

export interface CallRow {
  readonly call: string;
  /** Opens the call's events and recording, whoever is logged in; null until the server has named it. */
  readonly token: string | null;
  /** What still has to be told before the server knows the call. */
  readonly opening: Readonly<Record<string, unknown>> | null;
  /** Whose session began the call. */
  readonly user: number;
  /** The page that began it. */
  readonly page: string;
  /** Wall clock, milliseconds. */
  readonly at: number;
}

export interface SegmentRow {
  readonly call: string;
  readonly segment: number;
  readonly page: string;
  readonly mime: string;
  /** Milliseconds since the answer. */
  readonly start_ms: number;
  readonly last_ms: number;
  readonly end_ms: number | null;
  readonly parts: number;
  readonly parked: string;
}

export interface PartRow {
  readonly call: string;
  readonly segment: number;
  readonly n: number;
  readonly mime: string;
  readonly start_ms: number;
  readonly checksum: string;
  readonly bytes: ArrayBuffer;
  /** Why the server will never take it; empty while it is to be sent. */
  readonly parked: string;
  /** Wall clock, milliseconds. */
  readonly at: number;
}

export interface EventRow {
  readonly call: string;
  readonly page: string;
  readonly seq: number;
  readonly client_id: string;
  readonly kind: string;
  readonly mono_ms: number;
  readonly wall_ms: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Rows {
  readonly calls: CallRow;
  readonly segments: SegmentRow;
  readonly parts: PartRow;
  readonly events: EventRow;
}

export type StoreName = keyof Rows;
export type Key = readonly (string | number)[];

const KEYS: { readonly [S in StoreName]: readonly (keyof Rows[S] & string)[] } = {
  calls: ["call"],
  segments: ["call", "segment"],
  parts: ["call", "segment", "n"],
  events: ["call", "page", "seq"],
};

export interface Shelf {
  put<S extends StoreName>(store: S, row: Rows[S]): Promise<void>;
  get<S extends StoreName>(store: S, key: Key): Promise<Rows[S] | undefined>;
  /** All keys of a store, in order. */
  keys(store: StoreName): Promise<Key[]>;
  remove(store: StoreName, key: Key): Promise<void>;
}

export const keyOf = <S extends StoreName>(store: S, row: Rows[S]): Key =>
  KEYS[store].map((field) => row[field] as string | number);

export async function all<S extends StoreName>(shelf: Shelf, store: S): Promise<Rows[S][]> {
  const rows = await Promise.all((await shelf.keys(store)).map((key) => shelf.get(store, key)));
  return rows.filter((row) => row !== undefined);
}

export class MemoryShelf implements Shelf {
  private readonly stores = new Map<string, { readonly key: Key; readonly row: unknown }>();

  async put<S extends StoreName>(store: S, row: Rows[S]): Promise<void> {
    const key = keyOf(store, row);
    this.stores.set(JSON.stringify([store, ...key]), { key, row });
  }

  async get<S extends StoreName>(store: S, key: Key): Promise<Rows[S] | undefined> {
    return this.stores.get(JSON.stringify([store, ...key]))?.row as Rows[S] | undefined;
  }

  async keys(store: StoreName): Promise<Key[]> {
    const prefix = `["${store}",`;
    return [...this.stores]
      .filter(([name]) => name.startsWith(prefix))
      .map(([, { key }]) => key)
      .sort(compare);
  }

  async remove(store: StoreName, key: Key): Promise<void> {
    this.stores.delete(JSON.stringify([store, ...key]));
  }
}

export class DatabaseShelf implements Shelf {
  private readonly database: Promise<IDBDatabase>;

  constructor(name = "dialer-parts", factory: IDBFactory = window.indexedDB) {
    const request = factory.open(name, 1);
    request.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(KEYS)) {
        request.result.createObjectStore(store, { keyPath: [...keyPath] });
      }
    };
    this.database = answer(request);
    // Whoever uses the shelf meets the error; nobody else needs to.
    this.database.catch(() => undefined);
  }

  async put<S extends StoreName>(store: S, row: Rows[S]): Promise<void> {
    await this.write(store, (objects) => objects.put(row));
  }

  async get<S extends StoreName>(store: S, key: Key): Promise<Rows[S] | undefined> {
    const objects = (await this.database).transaction(store).objectStore(store);
    return answer(objects.get([...key]) as IDBRequest<Rows[S] | undefined>);
  }

  async keys(store: StoreName): Promise<Key[]> {
    const objects = (await this.database).transaction(store).objectStore(store);
    return answer(objects.getAllKeys() as IDBRequest<(string | number)[][]>);
  }

  async remove(store: StoreName, key: Key): Promise<void> {
    await this.write(store, (objects) => objects.delete([...key]));
  }

  /** Done when it is on the disk's way, not when it was asked for: a full disk shows only then. */
  private async write(store: StoreName, act: (objects: IDBObjectStore) => void): Promise<void> {
    const transaction = (await this.database).transaction(store, "readwrite");
    await new Promise<void>((done, fail) => {
      transaction.oncomplete = () => done();
      transaction.onabort = () => fail(transaction.error ?? new Error("the write was aborted"));
      act(transaction.objectStore(store));
    });
  }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error ?? new Error("the database did not answer"));
  });
}

function compare(a: Key, b: Key): number {
  for (let i = 0; i < a.length; i += 1) {
    const [x, y] = [a[i] ?? "", b[i] ?? ""];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}
