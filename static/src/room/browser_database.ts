/** The databases that this browser keeps for us: opened, listed and dropped; where there are none, everything is empty. */

const PATIENCE = 3_000;

/** What a database of y-indexeddb consists of. */
export const UPDATES = "updates";
export const CUSTOM = "custom";

export function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Null where it does not come in time (ms), or fails. */
export async function inTime<T>(promised: Promise<T>, patience = PATIENCE): Promise<T | null> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), patience));
  return Promise.race([promised, late]).catch(() => null);
}

/** Makes it where there is none. Rejects where the browser keeps nothing for us. */
export function opened(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(UPDATES, { autoIncrement: true });
      request.result.createObjectStore(CUSTOM);
    };
    request.onsuccess = () => {
      const database = request.result;
      database.onversionchange = () => database.close();
      resolve(database);
    };
    request.onerror = () => reject(request.error);
  });
}

/** Does the work in one transaction on both stores and waits until it is stored. */
export function within<T>(
  database: IDBDatabase,
  work: (updates: IDBObjectStore, custom: IDBObjectStore) => Promise<T>,
): Promise<T> {
  const transaction = database.transaction([UPDATES, CUSTOM], "readwrite");
  const stored = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  const result = work(transaction.objectStore(UPDATES), transaction.objectStore(CUSTOM));
  return Promise.all([result, stored]).then(([value]) => value);
}

export async function databaseNames(): Promise<string[]> {
  const found = await inTime(Promise.resolve().then(() => indexedDB.databases()));
  return (found ?? []).flatMap(({ name }) => (name ? [name] : []));
}

/** Gone also where another tab has it open: that tab is told to let go. */
export async function dropDatabase(name: string): Promise<void> {
  await inTime(Promise.resolve().then(() => answerOf(indexedDB.deleteDatabase(name))));
}
