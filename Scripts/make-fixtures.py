#!/usr/bin/env python3
"""Packs the reference folder's cases into Tests/Fixtures, so that a clone tests the same things.

    Scripts/make-fixtures.py ../shared/reference

One .npz for each operation (the arrays as they are, deflated), one manifest, and TensorFlow's random
numbers. Equal input gives equal bytes. Only Python's standard library is needed.
"""
import json
import pathlib
import shutil
import sys
import zipfile

CASE = ("id", "attrs", "inputs", "outputs", "grads", "tolerance", "tf115")
FILE = ("name", "file", "input")
LIMIT = 5_000_000


def kept(record, keys):
    return {key: record[key] for key in keys if key in record}


def case_record(case):
    record = kept(case, CASE)
    for part in ("inputs", "outputs", "grads"):
        if part in record:
            record[part] = [kept(entry, FILE) for entry in record[part]]
    return record


def pack(folder, names, target):
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(names):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (folder / name).read_bytes(), compresslevel=9)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    reference = pathlib.Path(sys.argv[1])
    source = reference / "ops_public"
    fixtures = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "Fixtures"
    target = fixtures / "ops_public"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)

    manifest = json.loads((source / "manifest.json").read_text())
    lines = []
    for operation in manifest["ops"]:
        cases = [case_record(case) for case in operation["cases"]]
        names = {
            entry["file"]
            for case in cases
            for part in ("inputs", "outputs", "grads")
            for entry in case.get(part, [])
            if "file" in entry
        }
        pack(source / operation["op"], names, target / f"{operation['op']}.npz")
        record = {"op": operation["op"], "cases": cases}
        lines.append(json.dumps(record, separators=(",", ":"), sort_keys=True))
    (target / "manifest.json").write_text('{"ops":[\n' + ",\n".join(lines) + "\n]}\n")

    vectors = json.loads((reference / "random_vectors.json").read_text())
    for vector in vectors["vectors"]:
        for run in vector["raw_runs"] + (vector.get("final_runs") or []):
            run.pop("values", None)  # The bytes in hexadecimal say it all.
    numbers = [json.dumps(vector, separators=(",", ":")) for vector in vectors["vectors"]]
    rules = json.dumps(vectors["seed_rule"], separators=(",", ":"))
    (fixtures / "random_vectors.json").write_text(
        '{"seed_rule":' + rules + ',"vectors":[\n' + ",\n".join(numbers) + "\n]}\n")

    total = sum(file.stat().st_size for file in fixtures.rglob("*") if file.is_file())
    print(f"{len(lines)} operations; Tests/Fixtures holds {total:,} bytes of at most {LIMIT:,}")
    if total > LIMIT:
        sys.exit("too large")


main()
