/** IndexedDB checkpoints: a training that a closed tab can continue. @module */

import type { TrainingCheckpoint } from "../../lib/checkpoint/training_checkpoint.ts";
import type {
  Checkpoints,
  OpenRun,
} from "../../lib/checkpoint/training_runs.ts";
import type { Job, Progress } from "./messages.ts";

/** The name of the database, and of the lock of the one tab that trains. */
const NAME = "bertbook-lab";
const STORE = "training";
const SAVE_STEPS = 25;
const SAVE_MINUTES = 1;

/** What is kept, each under its own key. */
type Kept = {
  job: Job;
  progress: Progress;
  /** What decides the numbers of the training, as JSON. */
  description: string;
  newest: TrainingCheckpoint;
  best: TrainingCheckpoint;
};

/**
 * The training that the database did not take, so that stopping loses nothing; empty if
 * it did.
 */
let inMemory: Partial<Kept> = {};

/** Calls back with the store; all that is done there is done as a whole, or not at all. */
async function transact<T>(
  mode: IDBTransactionMode,
  use: (store: IDBObjectStore) => IDBRequest<T> | void,
): Promise<T | undefined> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      transaction.onabort = () => reject(transaction.error);
      const request = use(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request?.result);
    });
  } finally {
    database.close();
  }
}

async function get<K extends keyof Kept>(key: K): Promise<Kept[K] | undefined> {
  if (inMemory.job !== undefined) return inMemory[key];
  return await transact<Kept[K]>("readonly", (store) => store.get(key));
}

/**
 * The training that this or another tab has left.
 *
 * @returns Its job, and how far it is; undefined if there is none.
 */
export async function keptTraining(): Promise<
  { job: Job; progress: Progress | undefined } | undefined
> {
  const job = await get("job");
  return job && { job, progress: await get("progress") };
}

/** Removes the kept training. */
export async function forgetTraining(): Promise<void> {
  inMemory = {};
  await transact("readwrite", (store) => void store.clear());
}

/**
 * Puts a new training in the place of the kept one.
 *
 * @param job The training.
 * @returns Why it cannot be kept; undefined if it is.
 */
export async function keepTraining(job: Job): Promise<string | undefined> {
  try {
    await transact("readwrite", (store) => {
      store.clear();
      store.put(job, "job");
    });
    inMemory = {};
  } catch (error) {
    inMemory = { job };
    return notKept(error, "is lost");
  }
}

function notKept(error: unknown, fate: string): string {
  const { name, message } = error as Error;
  return `The browser does not take the state of this training (${name}: ${message}). ` +
    `It continues here, also if you stop it and go on; in a closed tab it ${fate}.`;
}

/**
 * The checkpoints of the training that {@linkcode keepTraining} was given, or that a
 * closed tab has left.
 *
 * @param onProblem Told once if the database takes no more.
 * @returns The option `checkpoints` of a training.
 */
export function keptCheckpoints(
  onProblem: (problem: string) => void,
): Checkpoints {
  return {
    saveSteps: SAVE_STEPS,
    saveMinutes: SAVE_MINUTES,
    async open({ description: all }): Promise<OpenRun> {
      const description = JSON.stringify(all);
      const isSame = await get("description") === description;
      const resumed = isSame ? await get("newest") : undefined;
      const best = isSame ? await get("best") : undefined;
      return {
        name: "browser",
        path: NAME,
        resumed,
        best,
        notes: resumed ? [`It continues after step ${resumed.step}.`] : [],
        takeStopRequest: () => false,
        record: () => {},
        async save(checkpoint): Promise<void> {
          const { step, totalSteps, isBest } = checkpoint;
          const kept: Partial<Kept> = {
            progress: { step, totalSteps },
            description,
            newest: checkpoint,
            ...isBest && { best: checkpoint },
          };
          try {
            if (inMemory.job === undefined) {
              await transact("readwrite", (store) => {
                for (const [key, value] of Object.entries(kept)) {
                  store.put(value, key);
                }
              });
              return;
            }
          } catch (error) {
            onProblem(
              notKept(error, "goes back to the last state that was kept"),
            );
            const [job, best] = [await get("job"), await get("best")];
            inMemory = { ...job && { job }, ...best && { best } };
          }
          inMemory = { ...inMemory, ...kept };
        },
        finish: () => Promise.resolve(),
        [Symbol.dispose]: () => {},
      };
    },
  };
}

/**
 * Takes the lock of the one tab that may train, until the tab is closed.
 *
 * @throws {RangeError} If another tab has it.
 */
export async function lockTraining(): Promise<void> {
  const isFree = await new Promise<boolean>((resolve, reject) => {
    navigator.locks.request(NAME, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<void>(() => {});
    }).catch(reject);
  });
  if (isFree) return;
  throw new RangeError(
    "Cannot train: one tab of this page may train at a time; found another one that " +
      "does; go on there, or close it",
  );
}
