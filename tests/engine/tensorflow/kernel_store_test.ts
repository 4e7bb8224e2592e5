import { KernelStore } from "bertbook/engine/tensorflow/kernel_store.ts";
import assert from "node:assert/strict";
import { join } from "node:path";

const KERNEL = new TextEncoder().encode("machine code");

/** Runs `use` in an empty folder. */
function inFolder(use: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Adds files to a folder as a process does that compiles kernels. */
function leave(folder: string, ...names: string[]): void {
  const store = KernelStore.open(folder);
  for (const name of names) {
    Deno.writeFileSync(join(store.own, name), KERNEL);
  }
  store.share(".pb");
  store.close();
}

/** What a process that begins now finds, by name. */
function found(folder: string, options = {}): Record<string, string> {
  const store = KernelStore.open(folder, options);
  const files = filesIn(store.own).map((name) =>
    [name, Deno.readTextFileSync(join(store.own, name))] as const
  );
  store.close();
  return Object.fromEntries(files);
}

function filesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

Deno.test("a process finds the whole files that others have left, and no more", () => {
  inFolder((folder) => {
    leave(folder, "a.pb", "b.pb", "half-written.tmp");
    leave(folder, "c.pb");
    const code = "machine code";
    assert.deepEqual(found(folder), {
      "a.pb": code,
      "b.pb": code,
      "c.pb": code,
    });
    assert.equal(filesIn(folder).length, 3); // each cleans up after itself
  });
});

Deno.test("a broken file is not handed over, and removed", () => {
  for (const broken of ["machine cude", "machine", ""]) {
    inFolder((folder) => {
      leave(folder, "a.pb", "b.pb");
      const [first] = filesIn(folder);
      Deno.writeTextFileSync(join(folder, first!), broken);
      assert.equal(Object.keys(found(folder)).length, 1);
      assert.equal(filesIn(folder).length, 1);
      leave(folder, "a.pb", "b.pb");
      assert.equal(filesIn(folder).length, 2); // made again
    });
  }
});

Deno.test("processes side by side do not see each other's unshared files", () => {
  inFolder((folder) => {
    const [one, other] = [KernelStore.open(folder), KernelStore.open(folder)];
    for (const { own } of [one, other]) {
      Deno.writeFileSync(join(own, "a.pb"), KERNEL);
    }
    Deno.writeFileSync(join(other.own, "b.pb"), KERNEL);
    assert.deepEqual(found(folder), {});
    for (const store of [one, other, one]) store.share(".pb");
    assert.deepEqual(Object.keys(found(folder)).sort(), ["a.pb", "b.pb"]);
    assert.deepEqual(filesIn(one.own), ["a.pb"]);
    for (const store of [one, other]) store.close();
  });
});

Deno.test("of two files of one name one is kept", () => {
  inFolder((folder) => {
    const [one, other] = [KernelStore.open(folder), KernelStore.open(folder)];
    Deno.writeTextFileSync(join(one.own, "a.pb"), "one");
    Deno.writeTextFileSync(join(other.own, "a.pb"), "other");
    for (const store of [one, other]) {
      store.share(".pb");
      store.close();
    }
    assert.equal(filesIn(folder).length, 2);
    assert.deepEqual(Object.keys(found(folder)), ["a.pb"]);
    assert.equal(filesIn(folder).length, 1);
  });
});

Deno.test("the folder does not outgrow its limit: the oldest go", () => {
  inFolder((folder) => {
    const days = ["a.pb", "b.pb", "c.pb"].map((name, day) => {
      leave(folder, name);
      return { name, time: new Date(2020, 1, 1 + day) };
    });
    for (const { name, time } of days) {
      const file = filesIn(folder).find((each) => each.endsWith(name))!;
      Deno.utimeSync(join(folder, file), time, time);
    }
    const mostBytes = 2 * KERNEL.length;
    const names = Object.keys(found(folder, { mostBytes })).sort();
    assert.deepEqual(names, ["b.pb", "c.pb"]);
    assert.equal(filesIn(folder).length, 2);
  });
});

Deno.test("a process's folder is removed once it has been idle for a day", () => {
  inFolder((folder) => {
    const living = KernelStore.open(folder);
    const [young] = [22, 26].map((hours) => {
      const path = join(folder, `run-of-${hours}-hours`);
      const time = new Date(Date.now() - hours * 3_600_000);
      Deno.mkdirSync(path);
      Deno.utimeSync(path, time, time);
      return path;
    });
    KernelStore.open(folder).close();
    assert.deepEqual(
      filesIn(folder).map((name) => join(folder, name)),
      [young!, living.own].sort(),
    );
  });
});

Deno.test("a folder that cannot be written is refused", () => {
  inFolder((folder) => {
    const file = join(folder, "file");
    Deno.writeTextFileSync(file, "");
    assert.throws(() => KernelStore.open(join(file, "kernels")));
  });
});

Deno.test("a link is not followed, and removed", () => {
  inFolder((folder) => {
    leave(folder, "a.pb");
    const [file] = filesIn(folder);
    inFolder((elsewhere) => {
      const target = join(elsewhere, "code");
      Deno.renameSync(join(folder, file!), target);
      Deno.symlinkSync(target, join(folder, file!));
      assert.deepEqual(found(folder), {});
      assert.deepEqual(filesIn(folder), []);
      assert.ok(Deno.statSync(target).isFile);
    });
  });
});

Deno.test("fault 78: a folder in which others can write is refused, and left as it was", () => {
  inFolder((folder) => {
    leave(folder, "a.pb");
    const before = filesIn(folder);
    for (const mode of [0o777, 0o770]) {
      Deno.chmodSync(folder, mode);
      assert.throws(() => KernelStore.open(folder), {
        name: "RangeError",
        message: /nobody else may write to .*; found mode 77\d;/,
      });
      assert.deepEqual(filesIn(folder), before);
    }
  });
});

Deno.test("fault 78: a folder above it in which others can write is refused too", () => {
  inFolder((cache) => {
    const folder = join(cache, "kernels", "of one processor");
    KernelStore.open(folder, { cache }).close();
    for (const place of [cache, join(cache, "kernels"), folder]) {
      const { mode } = Deno.statSync(place);
      Deno.chmodSync(place, 0o777);
      assert.throws(() => KernelStore.open(folder, { cache }), {
        name: "RangeError",
        message: new RegExp(
          `nobody else may write to "${place}"; found mode 777`,
        ),
      });
      Deno.chmodSync(place, mode!);
    }
    KernelStore.open(folder, { cache }).close();
  });
});
