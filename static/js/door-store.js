// What this phone keeps of the evening, also without network and after a reload: IndexedDB.
// A scan stays in "scans" for ever; it waits to be sent as long as it has no answer.

const DOOR = location.pathname;

const opened = new Promise((resolve, reject) => {
  const asked = indexedDB.open(`door${DOOR}`, 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("facts");
    asked.result.createObjectStore("scans", { keyPath: "id" });
  };
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

/** Runs one transaction; done when it is on the disk, with what `work` asked for. */
async function stored(name, mode, work) {
  const transaction = (await opened).transaction(name, mode, { durability: "strict" });
  const asked = work(transaction.objectStore(name));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

const store = {
  fact: (name) => stored("facts", "readonly", (facts) => facts.get(name)),
  setFact: (name, value) => stored("facts", "readwrite", (facts) => void facts.put(value, name)),
  forget: (name) => stored("facts", "readwrite", (facts) => void facts.delete(name)),
  /** All scans of this phone, in the order in which they were made. */
  scans: async () => (await stored("scans", "readonly", (scans) => scans.getAll())).sort((a, b) => a.n - b.n),
  putScans: (items) => stored("scans", "readwrite", (scans) => items.forEach((item) => void scans.put(item))),
};
